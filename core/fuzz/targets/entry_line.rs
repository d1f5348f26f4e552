//! A line that is an entry is written again byte for byte; its event is canonical JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use muniment_core::chain::Head;
use muniment_core::entry::{EntryView, write_line};
use muniment_core::hash::Hash;
use muniment_core::json;

fuzz_target!(|line: &[u8]| {
    let Ok(entry) = EntryView::parse(line) else { return };
    let mut written = Vec::new();
    let (event, recorded) = (entry.event.as_bytes(), entry.recorded.to_recorded());
    write_line(&mut written, entry.batch, entry.by, event, entry.prev, &recorded, entry.seq);
    assert_eq!(written, line);
    let _ = Head::EMPTY.after(&entry, Hash::of_line(line));

    let Ok(view) = entry.check_event() else { return };
    let event = json::parse(entry.event.as_bytes()).expect("canonical JSON is JSON");
    assert_eq!(event.to_canonical(), entry.event.as_bytes());
    let object = event.as_object().expect("an event is an object");
    for (name, found) in [("id", view.id), ("source", view.source), ("type", view.event_type)] {
        assert_eq!(object.get(name).and_then(json::Value::as_str), Some(found.as_ref()));
    }
});
