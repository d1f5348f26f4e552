//! The canonical form of a value is its own canonical form; an event's passes every reader.
#![no_main]

use libfuzzer_sys::fuzz_target;
use muniment_core::event::{Event, EventView, differences};
use muniment_core::json::{self, Value, canonical};

fuzz_target!(|text: &[u8]| {
    let value = json::parse(text);
    let canonical_text = value.as_ref().map(|value| value.to_canonical());
    if let Ok(written) = &canonical_text {
        assert_eq!(json::parse(written).as_ref(), value.as_ref());
        let is_object = matches!(value, Ok(Value::Object(_)));
        let written = std::str::from_utf8(written).expect("what is written is UTF-8");
        assert_eq!(canonical::check_object(written, |_, _| {}).is_ok(), is_object);
    }
    if let Ok(posted) = std::str::from_utf8(text) {
        let is_canonical = canonical::check_object(posted, |_, _| {}).is_ok();
        let is_object = matches!(value, Ok(Value::Object(_)));
        assert_eq!(is_canonical, is_object && canonical_text.is_ok_and(|written| written == text));
    }

    let Ok(event) = Event::parse(text) else { return };
    let again = Event::parse(event.canonical()).expect("the canonical form is an event");
    assert_eq!(again, event);
    let written = std::str::from_utf8(event.canonical()).expect("what is written is UTF-8");
    let view = EventView::parse(written).expect("the canonical form is canonical");
    assert_eq!((view.id.as_ref(), view.source.as_ref()), (event.id(), event.source()));
    assert_eq!((view.event_type.as_ref(), view.key()), (event.event_type(), event.key()));
    assert_eq!(differences(event.canonical(), again.canonical()), Ok(Vec::new()));
});
