//! One rendering for all requests that wait for it.

use std::cell::{Cell, RefCell};

use bytes::Bytes;

use crate::page::Page;

/// A page that requests share. Rendering blocks the only thread, so none begins during another.
pub(super) struct Shared {
    page: RefCell<Page>,
    /// How often the page was rendered.
    rendered: Cell<u64>,
    last: RefCell<Bytes>,
}

/// The moment at which a request arrived, between two renderings.
#[derive(Clone, Copy)]
pub(super) struct Arrival(u64);

impl Shared {
    pub(super) fn new(page: Page) -> Self {
        Self {
            page: RefCell::new(page),
            rendered: Cell::new(0),
            last: RefCell::default(),
        }
    }

    pub(super) const fn arrival(&self) -> Arrival {
        Arrival(self.rendered.get())
    }

    /// The page, rendered now where no rendering has begun since `arrival`: nothing on it is older
    /// than the request.
    pub(super) fn since(&self, arrival: Arrival) -> Bytes {
        if self.rendered.get() == arrival.0 {
            self.last.replace(self.page.borrow_mut().render().into());
            self.rendered.update(|count| count + 1);
        }
        self.last.borrow().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::families::Family;

    /// A page that shows how often it was rendered.
    fn counting() -> Shared {
        let mut count = 0.0;
        Shared::new(Page::new(vec![Box::new(move |families| {
            count += 1.0;
            families.add(Family::gauge("renderings", "").sample(&[], count))
        })]))
    }

    fn check(page: &Bytes, renderings: u64) {
        let page = String::from_utf8_lossy(page);
        assert!(
            page.contains(&format!("\nrenderings {renderings}\n")),
            "{page}"
        );
    }

    #[test]
    fn requests_that_arrive_before_a_rendering_share_it() {
        let shared = counting();
        let (one, other) = (shared.arrival(), shared.arrival());
        check(&shared.since(one), 1);
        check(&shared.since(other), 1);
    }

    #[test]
    fn a_request_gets_no_page_that_was_rendered_before_it_arrived() {
        let shared = counting();
        let early = shared.arrival();
        shared.since(early);
        let late = shared.arrival();
        check(&shared.since(late), 2);
        check(&shared.since(early), 2);
    }
}
