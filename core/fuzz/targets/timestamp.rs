//! An instant is printed in a spelling that reads back, and `recorded` has no other.
#![no_main]

use libfuzzer_sys::fuzz_target;
use muniment_core::time::Timestamp;

fuzz_target!(|input: (i64, &str)| {
    let (micros, text) = input;
    let instant = Timestamp::from_micros(micros);
    assert_eq!(Timestamp::from_recorded(&instant.to_recorded()), Some(instant));
    if let Ok(instant) = Timestamp::parse_rfc3339(text) {
        assert!((Timestamp::MIN..=Timestamp::MAX).contains(&instant));
        assert_eq!(Timestamp::parse_rfc3339(&instant.to_string()), Ok(instant));
        let _ = instant.plus_micros(micros);
    }
    if let Some(recorded) = Timestamp::from_recorded(text.as_bytes()) {
        assert_eq!(recorded.to_string(), text);
    }
});
