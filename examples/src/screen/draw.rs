//! The picture.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Style, Stylize};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Block, Paragraph, Wrap};

use super::rows::{self, Row};
use crate::app::View;

/// Draws everything that there is to see.
pub(super) fn draw(frame: &mut Frame<'_>, title: &str, view: &View) {
    let [head, engine, machine, governor, foot] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Length(8),
        Constraint::Length(9),
        Constraint::Min(6),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    frame.render_widget(heading(title, view), head);
    panel(frame, engine, "engine", &rows::engine(view));
    match &view.look {
        Some(look) => {
            panel(frame, machine, "machine", &look.machine.rows);
            panel(frame, governor, "governor", &rows::governor(&look.governed));
        }
        None => panel(frame, governor, "not measured", &[]),
    }
    frame.render_widget(Line::from("q or Ctrl-C ends with a summary").dim(), foot);
}

fn heading<'a>(title: &'a str, view: &View) -> Paragraph<'a> {
    let elapsed = format!("{:.0} s · ", view.elapsed.as_secs_f64());
    let line = Line::from(vec![Span::from(elapsed).bold(), Span::from(title)]);
    Paragraph::new(line).wrap(Wrap { trim: true })
}

fn panel(frame: &mut Frame<'_>, area: Rect, title: &str, rows: &[Row]) {
    let lines = rows.iter().map(|(name, text)| {
        let name = Span::styled(format!("{name:<15}"), Style::new().cyan());
        Line::from(vec![name, Span::from(text.as_str())])
    });
    let text = Paragraph::new(Text::from_iter(lines)).wrap(Wrap { trim: false });
    frame.render_widget(text.block(Block::bordered().title(title)), area);
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::*;
    use crate::measure::{Governed, Look, Machine};

    fn drawn(width: u16, height: u16, view: &View) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
        let done = terminal.draw(|frame| draw(frame, "tiny · serving", view));
        done.expect("it draws");
        terminal.backend().to_string()
    }

    fn governed() -> View {
        let reason = "max_concurrent 4 → 6: inter-token 5 ms of 20 ms".to_owned();
        let governed = Governed {
            diagnosis: "cpu_bound; of its threshold: processors 110 %".to_owned(),
            reason,
            ..Governed::default()
        };
        let look = Some(Look {
            governed,
            machine: Machine {
                rows: vec![("storage", "disk I/O takes 1.2 ms".to_owned())],
            },
            ..Look::default()
        });
        View {
            look,
            ..View::default()
        }
    }

    #[test]
    fn the_machine_the_bottleneck_and_the_reason_are_shown() {
        let picture = drawn(100, 30, &governed());
        for words in [
            "tiny · serving",
            "cpu_bound",
            "max_concurrent 4 → 6",
            "disk I/O takes 1.2 ms",
        ] {
            assert!(picture.contains(words), "{words}: {picture}");
        }
    }

    #[test]
    fn a_build_that_does_not_measure_says_so() {
        assert!(drawn(100, 30, &View::default()).contains("not measured"));
    }

    #[test]
    fn a_terminal_of_any_size_is_drawn() {
        for (width, height) in [(1, 1), (5, 80), (300, 3)] {
            drawn(width, height, &governed());
        }
    }
}
