//! Rows wrapped into lines, and lines fitted into a panel.

use super::rows::Row;

/// Columns of a row's name.
pub(super) const NAME: usize = 15;

/// A line: the name of its row (on the row's first line only) and text.
pub(super) type Line = (&'static str, String);

/// The lines of a row, each at most `width` columns wide including the name.
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

/// The text of a row in at most `most` lines; ends in "…" if it is shortened.
pub(super) fn cut(row: &Row, width: usize, most: usize) -> String {
    let mut shown = lines(row, width);
    if shown.len() <= most {
        return row.1.clone();
    }
    shown.truncate(most);
    if let Some((_, last)) = shown.last_mut() {
        let room = width.saturating_sub(NAME + 1);
        *last = last.chars().take(room).chain(['…']).collect();
    }
    let texts: Vec<_> = shown.into_iter().map(|(_, text)| text).collect();
    texts.join(" ")
}

/// The rows that fit into `height` lines, the last one shortened if necessary, and the number of
/// rows that do not fit.
pub(super) fn fitting(rows: &[Row], width: usize, height: usize) -> (Vec<Line>, usize) {
    let mut shown = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let room = height - shown.len();
        if room == 0 {
            return (shown, rows.len() - index);
        }
        let text = cut(row, width, room);
        shown.extend(lines(&(row.0, text), width).into_iter().take(room));
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
        assert_eq!(fitting(&rows, width, 1), (vec![("name", "on…".into())], 2));
    }

    #[test]
    fn no_line_stays_blank_while_a_row_is_missing() {
        let rows = [row("three"), row("one two six ten"), row("four")];
        for height in 1..=5 {
            let (shown, missing) = fitting(&rows, NAME + 7, height);
            assert!(missing == 0 || shown.len() == height, "{height}: {shown:?}");
        }
        let (shown, missing) = fitting(&rows, NAME + 7, 2);
        assert_eq!((shown[1].1.as_str(), missing), ("one tw…", 1));
    }

    #[test]
    fn a_row_is_cut_to_the_lines_it_gets_and_says_so() {
        let cut = |text, most| cut(&row(text), NAME + 7, most);
        assert_eq!(cut("one two", 1), "one two");
        assert_eq!(cut("one two three four", 2), "one two three…");
        assert_eq!(cut("one incomprehensible", 1), "one…");
    }
}
