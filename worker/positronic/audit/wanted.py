"""Which events somebody asks for."""

from __future__ import annotations

from dataclasses import dataclass

from positronic.ports import Event


@dataclass(frozen=True, slots=True)
class Wanted:
    """An event must match everything that is not None; `action` may be the part before the dot."""

    actor: str | None = None
    action: str | None = None
    name: str | None = None

    @property
    def is_everything(self) -> bool:
        return self.actor is self.action is self.name is None

    def matches(self, event: Event) -> bool:
        """`actor`: an id or a name, exactly."""
        actors = (event.actor.get("id"), event.actor.get("name"))
        actions = (event.action, event.action.partition(".")[0])
        return (
            (self.actor is None or self.actor in actors)
            and (self.action is None or self.action in actions)
            and (self.name is None or self.name in event.names)
        )
