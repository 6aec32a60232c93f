"""A run's outcomes for people, for programs and for CI."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from xml.etree import ElementTree

from px.spec.run import PromiseOutcome, Result


def line(outcome: PromiseOutcome) -> str:
    """`ok<tab>id`, or `FAILED<tab>id<tab>reason`."""
    parts = [str(outcome.result), outcome.promise.id, outcome.reason]
    return "\t".join(part for part in parts if part)


def summary(outcomes: Sequence[PromiseOutcome]) -> str:
    counts = Counter(outcome.result for outcome in outcomes)
    broken = counts[Result.FAILED]
    parts = [f"{counts[Result.OK]} of {len(outcomes)} promises kept", f"{broken} broken"]
    if counts[Result.GAP]:
        parts.append(f"{counts[Result.GAP]} known gaps")
    if counts[Result.MENDED]:
        parts.append(f"{counts[Result.MENDED]} no longer gaps")
    return f"{', '.join(parts)}; {sum(outcome.seconds for outcome in outcomes):.1f} s"


def passed(outcomes: Sequence[PromiseOutcome]) -> bool:
    return all(outcome.passed for outcome in outcomes)


def document(outcomes: Sequence[PromiseOutcome], level: str) -> dict[str, object]:
    """{"level", "passed", "counts", "promises": [{"id", "promise", "result", "reason"?, ...}]}."""
    counts = Counter(str(outcome.result).lower() for outcome in outcomes)
    return {
        "level": level,
        "passed": passed(outcomes),
        "counts": dict(counts),
        "promises": [_promise(outcome) for outcome in outcomes],
    }


def junit(outcomes: Sequence[PromiseOutcome]) -> bytes:
    """JUnit XML: one test case per promise; a known gap is skipped."""
    suite = ElementTree.Element("testsuite", name="px spec", tests=str(len(outcomes)))
    suite.set("failures", str(sum(not outcome.passed for outcome in outcomes)))
    suite.set("skipped", str(sum(outcome.result is Result.GAP for outcome in outcomes)))
    suite.set("errors", "0")
    suite.set("time", f"{sum(outcome.seconds for outcome in outcomes):.3f}")
    for outcome in outcomes:
        group, _, name = outcome.promise.id.rpartition(".")
        case = ElementTree.SubElement(suite, "testcase", classname=group, name=name)
        case.set("time", f"{outcome.seconds:.3f}")
        if outcome.result is not Result.OK:
            tag = "skipped" if outcome.passed else "failure"
            ElementTree.SubElement(
                case, tag, message=outcome.reason
            ).text = outcome.promise.sentence
    root = ElementTree.Element("testsuites")
    root.append(suite)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _promise(outcome: PromiseOutcome) -> dict[str, object]:
    found: dict[str, object] = {
        "id": outcome.promise.id,
        "promise": outcome.promise.sentence,
        "result": str(outcome.result).lower(),
        "seconds": round(outcome.seconds, 3),
    }
    return found | ({"reason": outcome.reason} if outcome.reason else {})
