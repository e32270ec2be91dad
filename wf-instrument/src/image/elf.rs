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

/// Keeps the image that holds `address` from being unloaded; returns false where it cannot.
///
/// Looks at every image, some microseconds, unless the image is that of the call before. Allocates
/// nothing itself.
pub(crate) fn keep_loaded(address: usize) -> bool {
    /// The image that was kept last: constructors run image by image.
    static KEPT: Mutex<Range<usize>> = Mutex::new(0..0);
    // Not waited for: it is there to save time.
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
    // Read at run time, so that the linker keeps the note in every image that has this function.
    let note = ptr::from_ref(&NOTE).cast::<u8>();
    // SAFETY:
    // - the note is a static: valid for reads of its size, for ever, and never written;
    // - it has no padding: three `u32` and two arrays whose lengths are multiples of four.
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

/// An ELF note, by which an image describes itself: sizes, kind, name and content.
#[repr(C)]
struct Note {
    name_size: u32,
    content_size: u32,
    kind: u32,
    name: [u8; 16],
    content: [u8; 4],
}

/// The mark of a copy of this crate: that it is in an image is all that it says.
#[used]
#[unsafe(link_section = ".note.wf-instrument")]
static NOTE: Note = Note {
    name_size: 14,
    content_size: 4,
    kind: 1,
    name: *b"wf-instrument\0\0\0",
    content: [0; 4],
};

/// The length of the part that is looked for, in bytes: all but the content.
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

    /// The memory of its notes, of those that are loaded.
    fn notes(&self) -> impl Iterator<Item = &[u8]> {
        let notes = self.segments.iter().filter(|s| s.p_type == libc::PT_NOTE);
        let places = notes.map(|segment| self.place(segment));
        places.filter(|place| self.is_constant(place)).map(|place| {
            // SAFETY:
            // - the memory lies within a segment that is loaded to be read and not to be written;
            // - the image stays loaded meanwhile: the dynamic linker holds its lock while it shows
            //   it, and what is returned borrows from the image that is shown.
            unsafe { slice::from_raw_parts(ptr::with_exposed_provenance(place.start), place.len()) }
        })
    }

    /// Checks whether all of `place` is loaded to be read and not to be written. Files may name
    /// notes that are not loaded.
    fn is_constant(&self, place: &Range<usize>) -> bool {
        let access = |segment: &Segment| segment.p_flags & (libc::PF_R | libc::PF_W);
        self.segments
            .iter()
            .filter(|segment| segment.p_type == libc::PT_LOAD && access(segment) == libc::PF_R)
            .map(|segment| self.place(segment))
            .any(|loaded| loaded.start <= place.start && place.end <= loaded.end)
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
    // SAFETY:
    // - `show` takes the pointer for what it is, `&mut &mut dyn FnMut`, which lives for the call
    //   and is used by nobody else meanwhile;
    // - `show` does not unwind: what is visited with calculates and compares.
    unsafe { libc::dl_iterate_phdr(Some(show), ptr::from_mut(&mut visit).cast()) };
}

unsafe extern "C" fn show(
    info: *mut libc::dl_phdr_info,
    _size: usize,
    visit: *mut c_void,
) -> c_int {
    // SAFETY:
    // - the dynamic linker shows a valid image, for the time of this call;
    // - it passes on what `each` gave it: a `&mut &mut dyn FnMut` that nobody else uses meanwhile.
    let (info, visit) = unsafe { (&*info, &mut *visit.cast::<&mut dyn FnMut(Image<'_>)>()) };
    let segments = match info.dlpi_phdr.is_null() {
        true => &[],
        // SAFETY: not null, and that many headers, which are part of the image and never written.
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
    // SAFETY: null, or a C string of the dynamic linker that lives as long as the image. That is
    // being loaded, or runs this, so it is not unloaded meanwhile.
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
    fn notes_that_are_not_loaded_are_not_read() {
        let header = |kind, flags, size| Segment {
            p_type: kind,
            p_flags: flags,
            p_offset: 0,
            p_vaddr: 0,
            p_paddr: 0,
            p_filesz: size,
            p_memsz: size,
            p_align: 1,
        };
        let memory = [7_u8; 16];
        for (flags, loaded, expected) in [
            (libc::PF_R, 16, 1),
            (libc::PF_R, 15, 0),
            (libc::PF_R | libc::PF_W, 16, 0),
            (0, 16, 0),
        ] {
            let segments = [
                header(libc::PT_LOAD, flags, loaded),
                header(libc::PT_NOTE, libc::PF_R, 16),
            ];
            let image = Image {
                base: memory.as_ptr().expose_provenance(),
                name: ptr::null(),
                segments: &segments,
            };
            assert_eq!(image.notes().count(), expected, "{flags} {loaded}");
        }
    }

    #[test]
    fn a_program_that_loads_no_other_has_one_copy() {
        assert_eq!(copies(), Some(1));
    }
}
