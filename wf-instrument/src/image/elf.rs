//! Images as the dynamic linker knows them.
#![expect(
    unsafe_code,
    reason = "the dynamic linker speaks C, and what it shows is memory of the images"
)]

use std::ffi::{CStr, c_int, c_void};
use std::ops::Range;
use std::ptr;
use std::slice;
use std::sync::Mutex;

/// Sees to it that the image which holds `address` is never unloaded; whether it is so.
///
/// A look at every image the first time, nothing to speak of for the image of the call before. Allocates nothing itself.
pub(crate) fn keep_loaded(address: usize) -> bool {
    /// The image that was kept last: constructors run image by image.
    static KEPT: Mutex<Range<usize>> = Mutex::new(0..0);
    // Not waited for: the lock is there to save time.
    let mut kept = KEPT.try_lock().ok();
    if kept.as_ref().is_some_and(|kept| kept.contains(&address)) {
        return true;
    }
    let mut holder = None;
    each(&mut |image| {
        let memory = image.memory();
        if memory.contains(&address) {
            holder = Some((memory, image.name));
        }
    });
    let Some((memory, name)) = holder else {
        return false;
    };
    if !keep(name) {
        return false;
    }
    if let Some(kept) = &mut kept {
        **kept = memory;
    }
    true
}

/// The number of images that have a copy of this crate, of whichever version.
pub(crate) fn copies() -> Option<usize> {
    let mut copies = 0;
    // Looked at, so that every image that counts has the note.
    let note = ptr::from_ref(&NOTE).cast::<u8>();
    // SAFETY: the note is a static of that many bytes, without padding.
    let note = unsafe { slice::from_raw_parts(note, size_of::<Note>()) };
    let mark = &note[..MARK];
    each(&mut |image| {
        copies += usize::from(
            image
                .notes()
                .any(|notes| notes.windows(MARK).any(|w| w == mark)),
        );
    });
    Some(copies)
}

/// An ELF note, in which images say things of themselves: its sizes, its type, its name and what it says.
#[repr(C)]
struct Note {
    name_size: u32,
    content_size: u32,
    kind: u32,
    name: [u8; 16],
    content: [u8; 4],
}

/// The mark of a copy of this crate. It says no more than that it is there.
#[used]
#[unsafe(link_section = ".note.wf-instrument")]
static NOTE: Note = Note {
    name_size: 14,
    content_size: 4,
    kind: 1,
    name: *b"wf-instrument\0\0\0",
    content: [0; 4],
};

/// What is looked for: all but the content.
const MARK: usize = 28;

/// An image while the dynamic linker shows it.
struct Image<'a> {
    base: usize,
    /// As long as the image is loaded.
    name: *const std::ffi::c_char,
    segments: &'a [Segment],
}

#[cfg(target_pointer_width = "64")]
type Segment = libc::Elf64_Phdr;
#[cfg(target_pointer_width = "32")]
type Segment = libc::Elf32_Phdr;

impl Image<'_> {
    /// From its first address to its last.
    fn memory(&self) -> Range<usize> {
        let loaded = self.segments.iter().filter(|s| s.p_type == libc::PT_LOAD);
        let places = || loaded.clone().map(|segment| self.place(segment));
        let start = places().map(|place| place.start).min();
        let end = places().map(|place| place.end).max();
        start.unwrap_or_default()..end.unwrap_or_default()
    }

    /// The memory of its notes.
    fn notes(&self) -> impl Iterator<Item = &[u8]> {
        let notes = self.segments.iter().filter(|s| s.p_type == libc::PT_NOTE);
        notes.map(|segment| {
            let place = self.place(segment);
            // SAFETY: notes are part of a segment that is loaded readable and never written, as long as the image is; the dynamic
            // linker holds its lock while it shows the image.
            unsafe { slice::from_raw_parts(ptr::with_exposed_provenance(place.start), place.len()) }
        })
    }

    fn place(&self, segment: &Segment) -> Range<usize> {
        let start = self.base.wrapping_add(size(segment.p_vaddr));
        start..start.wrapping_add(size(segment.p_memsz))
    }
}

/// A size or an address in the image, as wide as a pointer.
fn size(number: impl TryInto<usize>) -> usize {
    number.try_into().unwrap_or(usize::MAX)
}

fn each(visit: &mut dyn FnMut(Image<'_>)) {
    let mut visit = visit;
    // SAFETY: `show` takes the pointer for what it is, `&mut &mut dyn FnMut`, which lives for the call.
    unsafe { libc::dl_iterate_phdr(Some(show), ptr::from_mut(&mut visit).cast()) };
}

unsafe extern "C" fn show(
    info: *mut libc::dl_phdr_info,
    _size: usize,
    visit: *mut c_void,
) -> c_int {
    // SAFETY: the dynamic linker shows a valid image, and passes on what `each` gave it.
    let (info, visit) = unsafe { (&*info, &mut *visit.cast::<&mut dyn FnMut(Image<'_>)>()) };
    let segments = match info.dlpi_phdr.is_null() {
        true => &[],
        // SAFETY: not null, and that many headers, which are part of the image.
        false => unsafe { slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) },
    };
    visit(Image {
        base: size(info.dlpi_addr),
        name: info.dlpi_name,
        segments,
    });
    0
}

/// Holds a loaded image by its name; the program itself has none, and is never unloaded.
fn keep(name: *const std::ffi::c_char) -> bool {
    // SAFETY: null or a C string of the dynamic linker's that lives as long as the image, which is being loaded or runs this.
    let is_program = name.is_null() || unsafe { CStr::from_ptr(name) }.is_empty();
    let how = libc::RTLD_LAZY | libc::RTLD_NOLOAD | libc::RTLD_NODELETE;
    // SAFETY: the name is a C string, as above; nothing new is loaded, so no constructor runs.
    is_program || !unsafe { libc::dlopen(name, how) }.is_null()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_held_by_the_image_that_it_lies_in() {
        static HERE: u8 = 0;
        assert!(keep_loaded(ptr::from_ref(&HERE).addr()));
        assert!(keep_loaded(libc::strlen as *const () as usize));
        let on_the_heap = Box::new(0_u8);
        assert!(!keep_loaded(ptr::from_ref(&*on_the_heap).addr()));
    }

    #[test]
    fn a_program_that_loads_no_other_has_one_copy() {
        assert_eq!(copies(), Some(1));
    }
}
