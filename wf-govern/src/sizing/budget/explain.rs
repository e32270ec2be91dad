//! A budget in words for people.

use super::{Budget, Part, SAFETY};
use wf_instrument::Bytes;

impl Budget {
    /// What each part gets and why, with the numbers; and what is lent, where something is.
    ///
    /// Allocates.
    #[must_use]
    pub fn explain(&self) -> String {
        let rest = Bytes::new(self.total - self.safety);
        let shares = Part::ALL.map(|part| self.explain_share(part));
        format!(
            "{} in all: {} ({SAFETY} %) stay free, and the other {rest} are for {}{}",
            self.total(),
            self.safety(),
            shares.join(", "),
            self.explain_lending()
        )
    }

    fn explain_share(&self, part: Part) -> String {
        format!(
            "{} {} ({} %)",
            part.name(),
            self.home(part),
            self.shares.percent(part)
        )
    }

    fn explain_lending(&self) -> String {
        let moved = Part::ALL.map(|part| self.explain_move(part));
        let moved: Vec<String> = moved.into_iter().flatten().collect();
        if moved.is_empty() {
            return String::new();
        }
        format!("; by use it is now {}", moved.join(", "))
    }

    fn explain_move(&self, part: Part) -> Option<String> {
        let (now, home) = (self.of(part).get(), self.home(part).get());
        let moved = Bytes::new(now.abs_diff(home));
        let way = if now > home { "borrowed" } else { "lent" };
        (now != home).then(|| format!("{} {} ({moved} {way})", part.name(), self.of(part)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Use;
    use super::*;

    fn gib(n: u64) -> Bytes {
        Bytes::new(n << 30)
    }

    #[test]
    fn the_explanation_names_every_share_and_its_percentage() {
        assert_eq!(
            Budget::new(gib(100)).explain(),
            "100 GiB in all: 15 GiB (15 %) stay free, and the other 85 GiB are for models 51 GiB (60 %), caches 17 GiB (20 %), the \
             runtime 12.7 GiB (15 %), the buffer 4.2 GiB (5 %)"
        );
    }

    #[test]
    fn the_explanation_says_who_lends_and_who_gains() {
        let used = Use {
            models: gib(30),
            caches: gib(25),
            runtime: gib(13),
            buffer: gib(0),
        };
        let told = Budget::new(gib(100)).following(&used).explain();
        let moved = "; by use it is now models 42.8 GiB (8.3 GiB lent), caches 25 GiB (8 GiB borrowed), the runtime 13 GiB (256 MiB borrowed)";
        assert!(told.ends_with(moved), "{told}");
    }
}
