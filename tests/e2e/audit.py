"""The identities that hold when nothing was lost, doubled or overwritten; each exact, each breach a sentence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.e2e.ledger import Ledger, TaskRecord, Write

RESULT = frozenset({"bitrix_task_id", "bitrix_task_title", "bitrix_task_status", "bitrix_task_responsible_id"})
_LINK = "exchanger_link"


@dataclass(frozen=True, slots=True)
class Expected:
    """What the diagram promises.

    `asking` are activities whose answer becomes a variable; `letters` what each activity adds to `trail` while it adds
    one to `counter`; `inputs` and `outputs` the names that an activity's own mappings write; `given` the variables at
    the start.
    """

    started: frozenset[str]
    key_prefix: str
    ends: frozenset[str]
    asking: frozenset[str]
    letters: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    outputs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    branches: tuple[str, ...] = ()
    """Activities that every instance passes exactly once."""


def audit(ledger: Ledger, expected: Expected) -> list[str]:
    """Every breach; an empty list is the proof."""
    faults: list[str] = []
    for check in (_instances, _tasks, _objects, _answers, _writes, _between, _counters, _loops, _leftovers):
        faults += check(ledger, expected)
    return faults


def _instances(ledger: Ledger, expected: Expected) -> Iterator[str]:
    found = Counter(record.id for record in ledger.instances)
    if found != Counter(expected.started):
        yield f"instances: started {len(expected.started)}, the engine knows {found.total()}"
    for record in ledger.instances:
        if record.state != "COMPLETED":
            yield f"instance {record.id}: {record.state}"
        elif len(record.ends) != 1 or record.ends[0] not in expected.ends:
            yield f"instance {record.id}: ended at {record.ends}"


def _tasks(ledger: Ledger, expected: Expected) -> Iterator[str]:
    if not ledger.tasks:
        yield "no external task was logged"
    for task in ledger.tasks:
        if (task.created, task.succeeded, task.deleted) != (1, 1, 0):
            yield f"task {task.id}: created {task.created}, completed {task.succeeded}, deleted {task.deleted} times"


def _objects(ledger: Ledger, expected: Expected) -> Iterator[str]:
    wanted = Counter(expected.key_prefix + task.id for task in ledger.tasks)
    found = Counter(record.key for record in ledger.objects)
    for key in wanted | found:
        if wanted[key] != found[key]:
            yield f"key {key}: {wanted[key]} tasks, {found[key]} objects"
    for record in ledger.objects:
        if record.key != expected.key_prefix + record.raw_id:
            yield f"object {record.id}: key {record.key} and raw id {record.raw_id} disagree"
        if not record.closed:
            yield f"object {record.id}: still open"


def _answers(ledger: Ledger, expected: Expected) -> Iterator[str]:
    """Each completion carries the id and the answer of its own object."""
    objects = {record.key: record for record in ledger.objects}
    for task, writes in _by_task(ledger):
        own = objects.get(expected.key_prefix + task.id)
        if own is None:
            continue  # told by _objects
        if writes["bitrix_task_id"] != [own.id]:
            yield f"task {task.id}: carries objects {writes['bitrix_task_id']}, its own is {own.id}"
        answer = [own.answer] if task.activity in expected.asking else []
        if writes[task.activity] != answer:
            yield f"task {task.id}: carries answer {writes[task.activity]}, its object says {answer}"


def _writes(ledger: Ledger, expected: Expected) -> Iterator[str]:
    """Nothing but the results is written, each of them once: no echo of what was fetched."""
    for task, writes in _by_task(ledger):
        counted = {"counter", "trail"} if task.activity in expected.letters else set()
        own = {f"{task.activity}_result", f"{task.activity}_result_files"}
        own |= {task.activity} if task.activity in expected.asking else set()
        once = RESULT | counted | own | expected.inputs.get(task.activity, frozenset())
        for name in once | writes.keys():
            times = len(writes[name])
            if name == _LINK and times >= 1:
                continue  # the note of the waiting activity is repeated when a receipt is
            if times != (1 if name in once else 0):
                yield f"task {task.id} ({task.activity}): variable {name} written {times} times"


def _between(ledger: Ledger, expected: Expected) -> Iterator[str]:
    """What is written outside of tasks: the variables of the start and the output mappings, nothing more."""
    wanted: dict[str, Counter[str]] = {instance: Counter(expected.given) for instance in expected.started}
    for task in ledger.tasks:
        wanted[task.instance].update(expected.outputs.get(task.activity, ()))
    inside = {task.activity_instance for task in ledger.tasks}
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for write in ledger.writes:
        if write.activity_instance not in inside:
            found[write.instance][write.name] += 1
    for instance, names in wanted.items():
        if found[instance] != names:
            yield f"instance {instance}: written between tasks {dict(found[instance])}, expected {dict(names)}"


def _counters(ledger: Ledger, expected: Expected) -> Iterator[str]:
    """What parallel branches counted survived: a stale value written back would show here."""
    if not expected.letters:
        return
    passed: dict[str, list[str]] = defaultdict(list)
    for task in ledger.tasks:
        passed[task.instance].append(expected.letters[task.activity])
    for record in ledger.instances:
        letters = sorted(passed[record.id])
        counter, trail = record.variables.get("counter"), str(record.variables.get("trail"))
        if counter != len(letters) or sorted(trail) != letters:
            yield f"instance {record.id}: passed {letters}, counter {counter}, trail {trail}"


def _loops(ledger: Ledger, expected: Expected) -> Iterator[str]:
    """As many rounds as people said no, and each branch that all pass exactly once."""
    refused: Counter[str] = Counter()
    answers = {record.key: record.answer for record in ledger.objects}
    visits: dict[str, Counter[str]] = defaultdict(Counter)
    for task in ledger.tasks:
        visits[task.instance][task.activity] += 1
        refused[task.instance] += answers.get(expected.key_prefix + task.id) == "no"
    for instance in expected.started:
        seen = visits[instance]
        for branch in expected.branches:
            if seen[branch] != 1:
                yield f"instance {instance}: passed {branch} {seen[branch]} times"
        if "rework" in expected.letters and (seen["rework"], seen["review"]) != (
            refused[instance],
            refused[instance] + 1,
        ):
            yield f"instance {instance}: refused {refused[instance]} times, visits {dict(seen)}"


def _leftovers(ledger: Ledger, expected: Expected) -> Iterator[str]:
    for queue, depth in ledger.queues.items():
        if depth:
            yield f"queue {queue}: {depth} messages left"
    for incident in ledger.incidents:
        yield f"incident: {incident}"


def _by_task(ledger: Ledger) -> Iterable[tuple[TaskRecord, defaultdict[str, list[object]]]]:
    writes: dict[str, list[Write]] = defaultdict(list)
    for write in ledger.writes:
        writes[write.activity_instance].append(write)
    for task in ledger.tasks:
        named: defaultdict[str, list[object]] = defaultdict(list)
        for write in writes[task.activity_instance]:
            named[write.name].append(write.value)
        yield task, named
