//! Suggestions for a mistyped word: "did you mean ..?".

/// Returns the candidate within few edits of `word`, or else one that has `word` as a part.
pub(crate) fn closest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let part = |candidate: &&&str| word.len() > 2 && candidate.split('_').any(|p| p == word);
    let close = |candidate: &&&str| edit_distance(word, candidate) <= 1 + word.len() / 4;
    candidates
        .iter()
        .filter(close)
        .min_by_key(|candidate| edit_distance(word, candidate))
        .or_else(|| candidates.iter().find(part))
        .copied()
}

/// Returns the Levenshtein distance: insertions, deletions and replacements from `a` to `b`.
fn edit_distance(a: &str, b: &str) -> usize {
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
    fn a_typing_error_finds_its_word() {
        assert_eq!(closest("tftt", KNOWN), Some("ttft"));
        assert_eq!(closest("nmae", KNOWN), Some("name"));
        assert_eq!(closest("promt_tokens", KNOWN), Some("prompt_tokens"));
        assert_eq!(closest("token", KNOWN), Some("tokens"));
    }

    #[test]
    fn a_part_of_a_word_finds_the_word() {
        assert_eq!(closest("fps", KNOWN), Some("target_fps"));
        assert_eq!(closest("prompt", KNOWN), Some("prompt_tokens"));
    }

    #[test]
    fn an_unrelated_word_finds_nothing() {
        assert_eq!(closest("percentiles", KNOWN), None);
        assert_eq!(closest("", KNOWN), None);
    }
}
