//! Stop strings, which may begin in one token and end in another.

/// Holds back text that may turn out to be the beginning of a stop string.
#[derive(Debug)]
pub(super) struct StopStrings {
    stops: Vec<String>,
    held: String,
}

/// What may be shown of the text so far.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// This, and the answer goes on.
    GoesOn(String),
    /// This, and the stop string was there.
    Stopped(String),
}

impl StopStrings {
    pub(super) fn new(mut stops: Vec<String>) -> Self {
        stops.retain(|stop| !stop.is_empty());
        Self {
            stops,
            held: String::new(),
        }
    }

    pub(super) fn push(&mut self, text: &str) -> Cut {
        self.held.push_str(text);
        if let Some(at) = self
            .stops
            .iter()
            .filter_map(|stop| self.held.find(stop))
            .min()
        {
            self.held.truncate(at);
            return Cut::Stopped(self.rest());
        }
        let keep = self
            .stops
            .iter()
            .map(|stop| overlap(&self.held, stop))
            .max();
        let undecided = self.held.split_off(self.held.len() - keep.unwrap_or(0));
        Cut::GoesOn(std::mem::replace(&mut self.held, undecided))
    }

    /// The answer is over, so what was held back was no stop string.
    pub(super) fn rest(&mut self) -> String {
        std::mem::take(&mut self.held)
    }
}

/// The bytes at the end of `text` with which `stop` begins.
fn overlap(text: &str, stop: &str) -> usize {
    let longest = text.len().min(stop.len() - 1);
    let fits = |&length: &usize| stop.is_char_boundary(length) && text.ends_with(&stop[..length]);
    (1..=longest).rev().find(fits).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stops: &[&str], pieces: &[&str], expected: &[Cut]) {
        let mut cutter = StopStrings::new(stops.iter().map(ToString::to_string).collect());
        let cuts: Vec<_> = pieces.iter().map(|piece| cutter.push(piece)).collect();
        assert_eq!(cuts, expected);
    }

    fn goes_on(text: &str) -> Cut {
        Cut::GoesOn(text.to_owned())
    }

    fn stopped(text: &str) -> Cut {
        Cut::Stopped(text.to_owned())
    }

    #[test]
    fn without_stops_all_text_is_shown_at_once() {
        check(&[], &["a", "b"], &[goes_on("a"), goes_on("b")]);
    }

    #[test]
    fn a_stop_string_over_several_tokens_is_never_shown() {
        let cuts = [goes_on("so "), goes_on(""), stopped("")];
        check(&["END"], &["so E", "N", "D and more"], &cuts);
    }

    #[test]
    fn a_false_alarm_is_shown_late() {
        check(
            &["END"],
            &["EN", "EN", "d"],
            &[goes_on(""), goes_on("EN"), goes_on("ENd")],
        );
    }

    #[test]
    fn the_first_stop_in_the_text_wins() {
        check(&["b", "a"], &["xaxb"], &[stopped("x")]);
    }

    #[test]
    fn characters_of_several_bytes_are_not_cut() {
        check(
            &["é!"],
            &["caf", "é", "!"],
            &[goes_on("caf"), goes_on(""), stopped("")],
        );
    }

    #[test]
    fn an_empty_stop_string_stops_nothing() {
        check(&[""], &["a"], &[goes_on("a")]);
    }

    #[test]
    fn the_end_shows_what_was_held_back() {
        let mut cutter = StopStrings::new(vec!["END".to_owned()]);
        assert_eq!(cutter.push("E"), goes_on(""));
        assert_eq!(cutter.rest(), "E");
    }
}
