//! The list of every site that is written in code, whichever image it was linked into.
//!
//! A list that the linker makes is one image's own: a program that loads plug-ins, or shares this
//! crate with them in a shared object, has several. So each image adds its sites as it is loaded,
//! and they are listed before their first call.
#![expect(unsafe_code, reason = "entries are linked through an atomic pointer")]

use std::iter::successors;
use std::ptr;

use super::SiteRef;
use crate::image;
use crate::sync::{AtomicPtr, Ordering};
use crate::thread::drop_one;

/// The entry of a site in the list. For macro expansions.
#[derive(Debug)]
pub struct Entry {
    site: SiteRef,
    next: AtomicPtr<Entry>,
}

/// The entry that was added last.
static LAST: AtomicPtr<Entry> = AtomicPtr::new(ptr::null_mut());

impl Entry {
    /// In no list yet.
    #[must_use]
    pub const fn new(site: SiteRef) -> Self {
        Self {
            site,
            next: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// Adds the site to the list, and keeps its image loaded. To be called once: a second time
    /// would make the list a circle. Where the image cannot be kept, the site is not listed, and
    /// counted as dropped.
    pub fn list(&'static self) {
        if !image::keep_loaded(ptr::from_ref(self).addr()) {
            return drop_one();
        }
        let mut last = LAST.load(Ordering::Relaxed);
        loop {
            self.next.store(last, Ordering::Relaxed);
            let added = ptr::from_ref(self).cast_mut();
            // Release; pairs with Acquire in `listed`. Entries before this one come with it: the
            // exchange continues their release.
            match LAST.compare_exchange_weak(last, added, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return,
                Err(newer) => last = newer,
            }
        }
    }
}

/// Every site that is written in code. Allocates nothing.
pub(crate) fn listed() -> impl Iterator<Item = SiteRef> {
    // Acquire; pairs with Release in `list`: entries are as they were when they were added.
    let last = entry(LAST.load(Ordering::Acquire));
    successors(last, |this| entry(this.next.load(Ordering::Relaxed))).map(|this| this.site)
}

fn entry(at: *mut Entry) -> Option<&'static Entry> {
    // SAFETY:
    // - null is taken as None; anything else was made of a `&'static Entry` in `list`;
    // - its image is never unloaded (`image::keep_loaded`), and only shared references to it exist.
    unsafe { at.as_ref() }
}

/// Lists a static site of kind `$kind` when its image is loaded.
#[doc(hidden)]
#[macro_export]
macro_rules! __wf_list_site {
    ($kind:ident, $site:path) => {
        const _: () = {
            static ENTRY: $crate::private::Entry =
                $crate::private::Entry::new($crate::private::SiteRef::$kind(&$site));
            extern "C" fn list() {
                ENTRY.list();
            }
            $crate::__wf_on_load!(list);
        };
    };
}
