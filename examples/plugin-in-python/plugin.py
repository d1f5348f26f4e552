"""A plugin in Python: a breach is to be assessed within 24 hours of our becoming aware of it.

It speaks the world `check` of sdk/wit/plugin.wit: a fold, without registers and without a part of the report.
"""

import json

from wit_world import exports
from wit_world.exports.fold import Manifest, Outcome, Rule
from wit_world.imports.types import Act_Clear, Act_Raise, Caused, Cleared, Item_Event, Raised, Severity

HOUR = 3_600_000_000
RULE, STAGE = "ASSESS-1", "overdue"


class Fold(exports.Fold):
    def __init__(self):
        self.hours = 24
        # By case: the entry that says that we became aware of it, and when an assessment is due.
        self.waiting = {}
        self.late = set()

    def describe(self):
        rule = Rule(RULE, "A breach was not assessed in time", Severity.POLICY, "IG Team",
                    ["our policy 7.1"], ["breach.assessed"])
        schema = {"type": "object", "additionalProperties": False, "properties": {
            "hours": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 24}}}
        return Manifest(
            id="breach-assessments", version="0.1.0", title="Assessments of breaches",
            description="Sees to it that breaches are assessed within hours.",
            subscriptions=["breach.aware", "breach.assessed"], rules=[rule],
            settings_schema=json.dumps(schema), catalogue=[], personal=[])

    def configure(self, settings):
        self.hours = json.loads(settings)["hours"]

    # The same state has to give the same bytes: sorted, whatever order things came in.
    def snapshot(self):
        return json.dumps([self.waiting, sorted(self.late)], sort_keys=True).encode()

    def restore(self, snapshot):
        self.waiting, late = json.loads(bytes(snapshot))
        self.late = set(late)

    def apply(self, items, waking):
        if not items:
            return Outcome(taken=0, acts=[], wake=self.wake())
        # One item at a time: then the host tells the time wherever it has to be told.
        item = items[0]
        acts = self.event(item.value) if isinstance(item, Item_Event) else self.tick(item.value.recorded)
        return Outcome(taken=1, acts=[Caused(0, act) for act in acts], wake=self.wake())

    def wake(self):
        due = [due for case, (_, due) in self.waiting.items() if case not in self.late]
        return min(due, default=None)

    def event(self, event):
        if event.subject is None:
            return []
        if event.kind == "breach.aware":
            self.waiting.setdefault(event.subject, [event.seq, event.time + self.hours * HOUR])
            return []
        self.waiting.pop(event.subject, None)
        if event.subject not in self.late:
            return []
        self.late.remove(event.subject)
        return [Act_Clear(Cleared(RULE, STAGE, event.subject, "the breach was assessed"))]

    def tick(self, now):
        acts = []
        for case, (seq, due) in sorted(self.waiting.items()):
            if due <= now and case not in self.late:
                self.late.add(case)
                words = f"aware of it plus {self.hours} hours"
                acts.append(Act_Raise(Raised(RULE, STAGE, case, None, None, due, words, [seq])))
        return acts
