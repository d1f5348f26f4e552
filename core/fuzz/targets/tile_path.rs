//! A tile has one path.
#![no_main]

use libfuzzer_sys::fuzz_target;
use muniment_core::tree::tile::{TileKind, TilePath, level_length};

fuzz_target!(|input: (u8, u64, u8, &str)| {
    let (level, index, width, text) = input;
    if let Ok(path) = text.parse::<TilePath>() {
        assert_eq!(path.to_string(), text);
        let _ = (path.start(), level_length(path.kind.level(), index));
    }
    let kind = if level & 0x80 == 0 { TileKind::Hashes(level & 63) } else { TileKind::Entries };
    let path = TilePath { kind, index: index >> 8, width: u16::from(width) + 1 };
    assert_eq!(path.to_string().parse(), Ok(path));
    let _ = TilePath::all(index).take(20).map(|path| path.to_string()).count();
});
