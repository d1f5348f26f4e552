//! What JavaScript calls. It has one memory with us, and hands over where in it something begins and how long it is.

#![allow(unsafe_code, reason = "JavaScript hands over places in memory that only it and this file know of")]

use std::{ptr, slice};

/// Makes room for so many bytes.
#[unsafe(no_mangle)]
pub extern "C" fn reserve(bytes: usize) -> *mut u8 {
    Box::into_raw(vec![0_u8; bytes].into_boxed_slice()).cast()
}

/// Gives room back.
///
/// # Safety
/// `place` comes from [`reserve`] or [`answer`] with just so many bytes, and was not given back before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn release(place: *mut u8, bytes: usize) {
    // SAFETY: the room was a box of a slice of this length, which nobody has any more.
    drop(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(place, bytes)) });
}

/// [`crate::answer`]. What is given back begins with the length of the answer, four bytes, little-endian; to be released with
/// those four.
///
/// # Safety
/// `question` comes from [`reserve`] with just so many bytes, and was not given back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn answer(question: *const u8, bytes: usize) -> *mut u8 {
    // SAFETY: the room holds so many bytes, and nothing writes to it meanwhile: there is one thread.
    let text = crate::answer(unsafe { slice::from_raw_parts(question, bytes) });
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let mut given = length.to_le_bytes().to_vec();
    given.extend_from_slice(text.as_bytes());
    Box::into_raw(given.into_boxed_slice()).cast()
}
