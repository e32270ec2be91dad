//! Rows cut into lines, and lines into what fits.

use super::rows::Row;

/// Columns that a row's name takes.
pub(super) const NAME: usize = 15;

/// A line: the name of its row, which is on the row's first line alone, and text.
pub(super) type Line = (&'static str, String);

/// The lines of a row, which are at most `width` columns wide, its name included.
pub(super) fn lines((name, text): &Row, width: usize) -> Vec<Line> {
    let width = width.saturating_sub(NAME).max(1);
    let mut lines = vec![(*name, String::new())];
    for word in text.split(' ') {
        let line = &mut lines.last_mut().expect("there is one").1;
        let room = width.saturating_sub(line.chars().count());
        if line.is_empty() {
            line.push_str(word);
        } else if word.chars().count() < room {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(("", word.to_owned()));
        }
    }
    lines
}

/// As many whole rows as fit into `height` lines, at least the beginning of the first, and the
/// number of rows that do not fit.
pub(super) fn fitting(rows: &[Row], width: usize, height: usize) -> (Vec<Line>, usize) {
    let mut shown = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let more = lines(row, width);
        if shown.len() + more.len() > height {
            if shown.is_empty() {
                shown.extend(more.into_iter().take(height));
                return (shown, rows.len() - 1);
            }
            return (shown, rows.len() - index);
        }
        shown.extend(more);
    }
    (shown, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Row {
        ("name", text.to_owned())
    }

    #[test]
    fn a_row_is_broken_between_words() {
        let texts = |text, width| -> Vec<String> {
            let lines = lines(&row(text), NAME + width);
            lines.into_iter().map(|(_, text)| text).collect()
        };
        assert_eq!(texts("one two three", 7), ["one two", "three"]);
        assert_eq!(texts("one two three", 6), ["one", "two", "three"]);
        assert_eq!(texts("8 → 12 ok", 6), ["8 → 12", "ok"]);
        assert_eq!(texts("incomprehensible", 3), ["incomprehensible"]);
    }

    #[test]
    fn rows_that_do_not_fit_are_counted() {
        let rows = [row("one two"), row("three"), row("four")];
        let width = NAME + 3;
        assert_eq!(fitting(&rows, width, 4).1, 0);
        assert_eq!(fitting(&rows, width, 3).1, 1);
        assert_eq!(fitting(&rows, width, 2).1, 2);
        assert_eq!(fitting(&rows, width, 1), (vec![("name", "one".into())], 2));
    }
}
