//! Is an event new, a repeat, or in conflict with one that has its `source` and `id`?

use std::io;

use muniment_core::entry::EntryView;
use muniment_core::event::Event;
use muniment_core::hash::Hash;
use muniment_core::key::Key;

use super::group::{Group, Resolution};
use super::log::Log;
use super::repeat;
use super::submission::{Appended, Mode, Refusal};

impl Log {
    /// Makes a group: finds out what each event is, and writes the lines of the new ones. It continues
    /// the groups that are on the way.
    pub(super) fn make(&self, mut group: Group) -> Group {
        for submission in 0..group.submissions.len() {
            let start = group.len();
            let resolved = self.resolve(&mut group, submission);
            match &resolved {
                Ok(_) => group.write_lines(submission, start),
                Err(_) => group.forget_from(start),
            }
            group.resolved.push(resolved);
        }
        group.chain();
        group
    }

    fn resolve(&self, group: &mut Group, submission: usize) -> Result<Vec<Resolution>, Refusal> {
        let (mode, count) = (group.submissions[submission].mode, group.submissions[submission].len());
        // What was erased since it was sealed must not be recorded after that.
        let sealed_in = group.submissions[submission].sealed_in;
        let epoch = self.shared.seals().map(|seals| seals.epoch());
        if sealed_in.is_some() && sealed_in != epoch {
            return Err(Refusal::ErasedMeanwhile);
        }
        let first_new = group.base.size + group.len() as u64;
        let mut resolutions = Vec::with_capacity(count);
        for event in 0..count {
            let resolution = self.resolve_event(group, submission, event);
            match (resolution, mode) {
                // An entry of the batch itself, which is refused as a whole, is never written.
                (Resolution::Refused(Refusal::Conflict { from, id, seq, differences }), Mode::Batch)
                    if seq >= first_new =>
                {
                    return Err(Refusal::ConflictWithin { from, id, differences });
                }
                (Resolution::Refused(refusal), Mode::Batch) => return Err(refusal),
                (Resolution::Refused(refusal), Mode::UntilRefused) => {
                    resolutions.push(Resolution::Refused(refusal));
                    break;
                }
                (resolution, _) => resolutions.push(resolution),
            }
        }
        Ok(resolutions)
    }

    fn resolve_event(&self, group: &mut Group, submission: usize, place: usize) -> Resolution {
        let event = &group.submissions[submission].events[place];
        match self.find(event) {
            Ok(Some(resolution)) => return resolution,
            Ok(None) => {}
            Err(refusal) => return Resolution::Refused(refusal),
        }
        let on_the_way = self.in_flight.iter().map(|before| &*before.group);
        if let Some((known, place)) = on_the_way.filter_map(|known| Some((known, known.find(event)?))).next()
        {
            let appended = known.appended(place, true);
            let known = known.event(place).canonical();
            return self.compare(known, event, appended.seq, Resolution::Known(appended));
        }
        match group.find(event) {
            Some(known) => {
                let seq = group.base.size + known as u64;
                self.compare(group.event(known).canonical(), event, seq, Resolution::InGroup(known))
            }
            // Whoever left it open found its source and id in the ledger, and nothing ever leaves that.
            None if event.is_open() => Resolution::Refused(Refusal::NotSealed),
            None => Resolution::New(group.add(submission, place)),
        }
    }

    /// Looks an event up among the entries of the ledger.
    fn find(&self, event: &Event) -> Result<Option<Resolution>, Refusal> {
        let unreadable = |error: String| Refusal::Storage(format!("reading failed ({error})"));
        let candidates =
            self.keys.find(event.key()).map_err(|error| unreadable(format!("key run {error}")))?;
        for seq in candidates {
            let line =
                self.shared.line(seq).map_err(|error| unreadable(error.to_string()))?.unwrap_or_default();
            let damaged = |what: String| unreadable(format!("entry {seq}: {what}"));
            let entry = EntryView::parse(&line).map_err(|error| damaged(error.to_string()))?;
            let known = entry.check_event().map_err(|error| damaged(error.to_string()))?;
            if known.source == event.source() && known.id == event.id() {
                let (hash, recorded) = (Hash::of_line(&line), entry.recorded);
                let known = Resolution::Known(Appended { seq, hash, recorded, replayed: true });
                return Ok(Some(self.compare(entry.event.as_bytes(), event, seq, known)));
            }
        }
        Ok(None)
    }

    /// The entry of the host's event with this id, under whichever of the ledger's origins it was recorded.
    ///
    /// # Errors
    /// As the disk says.
    pub fn find_host(&self, id: &str) -> io::Result<Option<u64>> {
        for origin in self.shared.origins().names() {
            if let Some(seq) = self.find_entry(origin, id)? {
                return Ok(Some(seq));
            }
        }
        Ok(None)
    }

    /// The entry that has this source and id, if there is one.
    ///
    /// # Errors
    /// As the disk says.
    pub fn find_entry(&self, source: &str, id: &str) -> io::Result<Option<u64>> {
        let candidates = self.keys.find(Key::new(source, id)).map_err(io::Error::other)?;
        for seq in candidates {
            let line = self.shared.line(seq)?.unwrap_or_default();
            let entry = EntryView::parse(&line).map_err(io::Error::other)?;
            let event = entry.check_event().map_err(io::Error::other)?;
            if event.source == source && event.id == id {
                return Ok(Some(seq));
            }
        }
        Ok(None)
    }

    /// `same` if the event is the known one, else a conflict.
    fn compare(&self, known: &[u8], event: &Event, seq: u64, same: Resolution) -> Resolution {
        match repeat::differences_from(known, event, self.shared.seals()) {
            Ok(differences) if differences.is_empty() => same,
            Ok(differences) => Resolution::Refused(Refusal::Conflict {
                from: event.source().to_owned(),
                id: event.id().to_owned(),
                seq,
                differences,
            }),
            Err(error) => Resolution::Refused(Refusal::Storage(format!("entry {seq} is damaged ({error})"))),
        }
    }
}
