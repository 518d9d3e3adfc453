"""The planner alone, against a process that is a dictionary."""

from collections.abc import Mapping

from exchanger.ops.rehearsal.planner import BEFORE, Act, Move, Phase, Planner, State

Graph = Mapping[str, Mapping[str, tuple[str, Phase]]]


def state(name: str) -> State:
    return BEFORE if name == "before" else State(waits=((name, name, 1),))


def move(name: str) -> Move:
    return Move(Act.COMPLETE, "p", name)


def walk(
    graph: Graph, goals: set[str], last: Phase = Phase.OUTSIDE, plays: int = 50
) -> tuple[Planner, list[list[str]]]:
    """Goals are moves; a process goes where the dictionary says."""
    planner, walked = Planner([("p", goal) for goal in goals], last), list[list[str]]()
    while not (planner.is_done or planner.is_exhausted) and len(walked) < plays:
        here, path = "before", list[str]()
        planner.meet(state(here), [(move(name), phase) for name, (_, phase) in graph[here].items()])
        while len(path) < 100 and (chosen := planner.choose(state(here))) is not None:
            led = graph[here][chosen.element][0]
            moves = [(move(name), phase) for name, (_, phase) in graph.get(led, {}).items()]
            planner.meet(state(led), moves)
            planner.went(state(here), chosen, state(led))
            path.append(chosen.element)
            here = led
        planner.passed([("p", name) for name in path])
        walked.append(path)
    return planner, walked


LOOP: Graph = {
    "before": {"start": ("a", Phase.ANSWERS)},
    "a": {"yes": ("end", Phase.ANSWERS), "no": ("b", Phase.ANSWERS)},
    "b": {"redo": ("a", Phase.ANSWERS)},
}


def test_every_goal_is_reached_and_a_loop_ends() -> None:
    planner, walked = walk(LOOP, {"start", "yes", "no", "redo"})
    assert planner.is_done
    assert len(walked) == 2


def test_what_no_move_leads_to_is_proved_unreachable() -> None:
    planner, _ = walk(LOOP, {"yes", "never"})
    assert planner.is_exhausted
    assert planner.left == {("p", "never")}


def test_what_comes_from_outside_is_tried_last_and_only_when_allowed() -> None:
    graph: Graph = {
        "before": {"start": ("a", Phase.ANSWERS)},
        "a": {"letter": ("b", Phase.OUTSIDE), "yes": ("end", Phase.ANSWERS)},
    }
    planner, walked = walk(graph, {"letter"})
    assert planner.is_done
    assert walked[0] == ["start", "yes"]
    planner, _ = walk(graph, {"letter"}, Phase.ORDER)
    assert planner.is_exhausted
    assert planner.left == {("p", "letter")}


def test_a_process_that_only_goes_round_is_not_walked_for_ever() -> None:
    graph: Graph = {"before": {"start": ("a", Phase.ANSWERS)}, "a": {"again": ("a", Phase.ANSWERS)}}
    planner, walked = walk(graph, {"never"})
    assert planner.is_exhausted
    assert sum(map(len, walked)) < 10


def test_a_refused_move_is_not_tried_again() -> None:
    planner = Planner([("p", "x")])
    planner.meet(BEFORE, [(move("start"), Phase.ANSWERS)])
    chosen = planner.choose(BEFORE)
    assert chosen == move("start")
    planner.went(BEFORE, chosen, None)
    assert planner.choose(BEFORE) is None
    assert planner.is_exhausted
