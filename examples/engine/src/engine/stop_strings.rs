//! Stop strings, which may span several tokens.

/// Holds back text that may be the beginning of a stop string.
#[derive(Debug)]
pub(super) struct StopStrings {
    stops: Vec<String>,
    held_back: String,
}

/// The text that can be sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Text to send; the generation continues.
    Continue(String),
    /// Text to send; a stop string followed it.
    Stop(String),
}

impl StopStrings {
    pub(super) fn new(mut stops: Vec<String>) -> Self {
        stops.retain(|stop| !stop.is_empty());
        Self {
            stops,
            held_back: String::new(),
        }
    }

    pub(super) fn push(&mut self, text: &str) -> Cut {
        self.held_back.push_str(text);
        if let Some(at) = self
            .stops
            .iter()
            .filter_map(|stop| self.held_back.find(stop))
            .min()
        {
            self.held_back.truncate(at);
            return Cut::Stop(self.rest());
        }
        let keep = self
            .stops
            .iter()
            .map(|stop| overlap(&self.held_back, stop))
            .max();
        let undecided = self
            .held_back
            .split_off(self.held_back.len() - keep.unwrap_or(0));
        Cut::Continue(std::mem::replace(&mut self.held_back, undecided))
    }

    /// The text that was held back; at the end of the generation it is no stop string.
    pub(super) fn rest(&mut self) -> String {
        std::mem::take(&mut self.held_back)
    }
}

/// Number of bytes at the end of `text` with which `stop` begins.
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

    fn continues(text: &str) -> Cut {
        Cut::Continue(text.to_owned())
    }

    fn stopped(text: &str) -> Cut {
        Cut::Stop(text.to_owned())
    }

    #[test]
    fn without_stop_strings_all_text_is_sent_at_once() {
        check(&[], &["a", "b"], &[continues("a"), continues("b")]);
    }

    #[test]
    fn a_stop_string_over_several_tokens_is_not_sent() {
        let cuts = [continues("so "), continues(""), stopped("")];
        check(&["END"], &["so E", "N", "D and more"], &cuts);
    }

    #[test]
    fn a_partial_match_is_sent_late() {
        check(
            &["END"],
            &["EN", "EN", "d"],
            &[continues(""), continues("EN"), continues("ENd")],
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
            &[continues("caf"), continues(""), stopped("")],
        );
    }

    #[test]
    fn an_empty_stop_string_stops_nothing() {
        check(&[""], &["a"], &[continues("a")]);
    }

    #[test]
    fn the_end_returns_the_text_held_back() {
        let mut cutter = StopStrings::new(vec!["END".to_owned()]);
        assert_eq!(cutter.push("E"), continues(""));
        assert_eq!(cutter.rest(), "E");
    }
}
