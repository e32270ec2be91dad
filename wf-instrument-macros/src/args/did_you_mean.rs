//! "Did you mean": the known word that a mistyped one is closest to.

/// The candidate that `word` most likely stands for, if any is close: one that it is a part of, or one that few edits reach.
pub(crate) fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let part = |candidate: &&&str| word.len() > 2 && candidate.split('_').any(|p| p == word);
    let close = |candidate: &&&str| distance(word, candidate) <= 1 + word.len() / 4;
    candidates
        .iter()
        .filter(close)
        .min_by_key(|candidate| distance(word, candidate))
        .or_else(|| candidates.iter().find(part))
        .copied()
}

/// Levenshtein's distance: insertions, deletions and replacements from `a` to `b`, one row of the table at a time.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.chars().count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &[
        "ttft",
        "frame",
        "name",
        "prompt_tokens",
        "target_fps",
        "tokens",
    ];

    #[test]
    fn a_slip_of_the_finger_finds_its_word() {
        assert_eq!(nearest("tftt", KNOWN), Some("ttft"));
        assert_eq!(nearest("nmae", KNOWN), Some("name"));
        assert_eq!(nearest("promt_tokens", KNOWN), Some("prompt_tokens"));
        assert_eq!(nearest("token", KNOWN), Some("tokens"));
    }

    #[test]
    fn a_part_of_a_word_finds_the_whole() {
        assert_eq!(nearest("fps", KNOWN), Some("target_fps"));
        assert_eq!(nearest("prompt", KNOWN), Some("prompt_tokens"));
    }

    #[test]
    fn a_strange_word_finds_nothing() {
        assert_eq!(nearest("percentiles", KNOWN), None);
        assert_eq!(nearest("", KNOWN), None);
    }
}
