//! Since when the requests in flight have been in flight.

use std::num::NonZeroU16;

use crate::clock::Ticks;
use crate::sync::{AtomicU64, Ordering};

/// How many requests in flight a series keeps the age of. Those that arrive while all places are taken are counted, not aged.
const PLACES: usize = 512;

const FREE: u64 = 0;

/// The arrival of each request in flight, so that a hang is visible as an age that grows. 4 KiB.
#[derive(Debug)]
pub(crate) struct Flight {
    places: [AtomicU64; PLACES],
}

/// A request's place, counted from 1; `None` where there was none left.
pub(crate) type Ticket = Option<NonZeroU16>;

impl Flight {
    pub(crate) const fn new() -> Self {
        Self {
            places: [const { AtomicU64::new(FREE) }; PLACES],
        }
    }

    /// Takes a place for a request that arrived at `arrival`. One atomic exchange where the table is sparse.
    pub(crate) fn board(&self, arrival: Ticks) -> Ticket {
        let arrival = arrival.raw().max(FREE + 1);
        // Arrivals differ, so they spread the searches without a counter that all threads would write.
        let first = spread(arrival);
        (0..PLACES)
            .map(|step| (first + step) % PLACES)
            .find(|&place| self.try_take(place, arrival))
            .and_then(|place| NonZeroU16::new(u16::try_from(place + 1).ok()?))
    }

    /// The request of that place arrived at `arrival`, as it turned out.
    pub(crate) fn rebook(&self, ticket: Ticket, arrival: Ticks) {
        if let Some(place) = ticket {
            self.place(place)
                .store(arrival.raw().max(FREE + 1), Ordering::Relaxed);
        }
    }

    /// Gives the place back.
    pub(crate) fn leave(&self, ticket: Ticket) {
        if let Some(place) = ticket {
            self.place(place).store(FREE, Ordering::Relaxed);
        }
    }

    /// Nobody is under way. One that is loses its age; the place that it gives back later may be another's, which loses its own.
    pub(crate) fn forget(&self) {
        self.places
            .iter()
            .for_each(|place| place.store(FREE, Ordering::Relaxed));
    }

    /// The earliest arrival among those in flight.
    pub(crate) fn oldest(&self) -> Option<Ticks> {
        let arrivals = self
            .places
            .iter()
            .map(|place| place.load(Ordering::Relaxed));
        arrivals
            .filter(|&arrival| arrival != FREE)
            .min()
            .map(Ticks::from_raw)
    }

    fn place(&self, place: NonZeroU16) -> &AtomicU64 {
        &self.places[usize::from(place.get() - 1)]
    }

    // Relaxed throughout: a place holds a single number that stands for itself.
    fn try_take(&self, place: usize, arrival: u64) -> bool {
        let place = &self.places[place];
        place.load(Ordering::Relaxed) == FREE
            && place
                .compare_exchange(FREE, arrival, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}

/// Fibonacci hashing (Knuth, The Art of Computer Programming 3, §6.4): the top bits of a product with 2⁶⁴/φ.
#[expect(
    clippy::cast_possible_truncation,
    reason = "the shift leaves nine bits"
)]
const fn spread(arrival: u64) -> usize {
    (arrival.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - PLACES.trailing_zeros())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_is_the_earliest_that_has_not_left() {
        let flight = Flight::new();
        let tickets: Vec<_> = (1..=600)
            .map(|t| flight.board(Ticks::from_raw(t)))
            .collect();
        assert_eq!(tickets.iter().filter(|t| t.is_some()).count(), PLACES);
        assert_eq!(flight.oldest(), Some(Ticks::from_raw(1)));
        flight.leave(tickets[0]);
        assert_eq!(flight.oldest(), Some(Ticks::from_raw(2)));
        tickets[1..].iter().for_each(|&t| flight.leave(t));
        assert_eq!(flight.oldest(), None);
    }
}
