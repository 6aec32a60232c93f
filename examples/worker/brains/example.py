"""An example: asks a service something, in a request that is signed with a secret.

cp examples/worker/brains/*.py worker/brains/
px secret create ANTHROPIC_API_KEY
px brain run example --watch -o url=http://127.0.0.1:9000/

It is kept out of worker/, so that no deploy uploads it: anyone who may run it chooses the address,
and gets a signature there, though never the key. In a brain of your own, fix the address in code.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from brains._client import Client
from brains._http import Post, post
from positronic import BrainSecrets, brain

State = dict[str, Any]


class Options(BaseModel):
    url: str


_example = (
    brain({"title": "example", "description": "Asks a service, in a signed request."})
    .with_options(Options)
    .with_services({"post": post})
    .step("Question", lambda state: {"question": "What is the answer?", **state})
)


@_example.step("UseSecret")
async def example(state: State, secrets: BrainSecrets, options: Options, post: Post) -> State:
    client = Client(await secrets.get("ANTHROPIC_API_KEY"), options.url, post)
    return {**state, "answer": await client.ask(state["question"])}
