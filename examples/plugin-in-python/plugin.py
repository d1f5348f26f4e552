"""The plugin of ../first-plugin once more, in Python: requests are to be acknowledged within a number of days.

It speaks the world `plugin` of sdk/wit/plugin.wit, and comes to the same output, byte for byte.
"""

import json
from datetime import date, datetime, timedelta, timezone

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.fold import Manifest, Outcome, Rule
from wit_world.exports.registers import Page, RegisterInfo
from wit_world.imports.types import (
    Act_Clear, Act_Raise, Caused, Cell_Day, Cell_Flag, Cell_Moment, Cell_Text, Cleared, Column, Item_Event, Raised, Row,
    Severity)

ID, RULE, OVERDUE = "first-plugin", "ACK-1", "overdue"
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"days": {"type": "integer", "minimum": 1, "maximum": 100, "default": 2,
                            "description": "Days within which a request is to be acknowledged"}}}


def summer(instant):
    """Whether it is summer time in London: from the last Sunday of March to that of October, at one o'clock UTC."""
    def change(month):
        last = date(instant.year, month, 31)
        day = last - timedelta(days=(last.weekday() + 1) % 7)
        return datetime(day.year, day.month, day.day, 1, tzinfo=timezone.utc)
    return change(3) <= instant < change(10)


def day_in_london(micros):
    instant = EPOCH + timedelta(microseconds=micros)
    return (instant + timedelta(hours=summer(instant))).date()


def end_of(day):
    """The instant at which a day is over in London."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=timezone.utc) + timedelta(days=1)
    return (midnight - timedelta(hours=summer(midnight)) - EPOCH) // timedelta(microseconds=1)


class State:
    """All that is remembered. It lies in the module and not in `Fold`: each function of an interface is called on an object
    of its own, so what one of them keeps in `self` the others do not see."""

    days = 2
    # By case: the entry that says that it was received, the day, when it is due, whether it is late.
    waiting = {}


class Fold(exports.Fold):
    def describe(self):
        rule = Rule(RULE, "A request was not acknowledged in time", Severity.POLICY, "IG Team",
                    ["our policy 4.2"], ["request.acknowledged"])
        return Manifest(
            id=ID, version="0.1.0", title="Acknowledgements",
            description="Sees to it that requests are acknowledged within days.",
            subscriptions=["request.received", "request.acknowledged"], rules=[rule],
            settings_schema=json.dumps(SCHEMA), catalogue=[], personal=[])

    def configure(self, settings):
        State.days = json.loads(settings)["days"]

    # The same state has to give the same bytes: sorted, whatever order things came in.
    def snapshot(self):
        return json.dumps(State.waiting, sort_keys=True).encode()

    def restore(self, snapshot):
        State.waiting = json.loads(bytes(snapshot))

    def apply(self, items, waking):
        if not items:
            return Outcome(taken=0, acts=[], wake=wake())
        # One item at a time: then the host tells the time wherever it has to be told.
        item = items[0]
        acts = happened(item.value) if isinstance(item, Item_Event) else passed(item.value.recorded)
        return Outcome(taken=1, acts=[Caused(0, act) for act in acts], wake=wake())


def wake():
    return min((due for _, _, due, late in State.waiting.values() if not late), default=None)


def happened(event):
    # What others post may be wrong. That is no reason to raise an exception: a plugin that does so is stopped.
    if event.subject is None:
        return []
    if event.kind == "request.received" and event.subject not in State.waiting:
        received = day_in_london(event.time)
        due = end_of(received + timedelta(days=State.days))
        State.waiting[event.subject] = [event.seq, received.isoformat(), due, False]
    elif event.kind == "request.acknowledged":
        _, _, _, late = State.waiting.pop(event.subject, (0, "", 0, False))
        if late:
            return [Act_Clear(Cleared(RULE, OVERDUE, event.subject, "the request was acknowledged"))]
    return []


def passed(now):
    acts = []
    for case, waiting in sorted(State.waiting.items(), key=lambda item: (item[1][2], item[0])):
        seq, received, due, late = waiting
        if due <= now and not late:
            waiting[3] = True
            words = f"{date.fromisoformat(received):%a} {received} plus {State.days} days"
            acts.append(Act_Raise(Raised(RULE, OVERDUE, case, None, None, due, words, [seq])))
    return acts


class Registers(exports.Registers):
    def registers(self):
        columns = [Column("case", "Case"), Column("received", "Received"), Column("due", "Due"), Column("late", "Late")]
        description = "Requests that have been received and not acknowledged."
        feeds = ["request.received", "request.acknowledged"]
        return [RegisterInfo("waiting", "Not acknowledged", description, feeds, columns)]

    def register(self, name, query, as_at):
        if name != "waiting":
            raise Err(f"{ID} keeps no register {name!r}")
        # No row is of a unit or has a status: whoever asks for some gets none.
        has_none = query.units is not None or query.status is not None
        today = day_in_london(as_at)

        def is_wanted(case):
            days = (day_in_london(State.waiting[case][2]) - today).days
            return ((query.text or "").lower() in case.lower() and query.subject in (None, case)
                    and (query.due_within is None or days <= query.due_within))

        wanted = [] if has_none else [case for case in sorted(State.waiting) if is_wanted(case)]
        page = wanted[query.offset:query.offset + query.limit]
        return Page([row(case, *State.waiting[case]) for case in page], len(wanted))


def row(case, seq, received, due, late):
    return Row([Cell_Text(case), Cell_Day(received), Cell_Moment(due), Cell_Flag(late)], case, None, [seq])


class Report(exports.Report):
    def sections(self, period, status_at):
        return []
