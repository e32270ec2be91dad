//! The layout of the screen.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Style, Stylize};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Block, Paragraph, Wrap};

use super::rows::{self, GOVERNOR_LINES, Row};
use super::wrap::{NAME, cut, fitting, lines};
use crate::monitor::Status;

/// Draws the whole screen. If the terminal is too small, the governor gets space first, then the
/// engine, then the machine. Each panel shows how many of its rows do not fit.
pub(super) fn draw(frame: &mut Frame<'_>, title: &str, status: &Status) {
    let [head, body, foot] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Min(0),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    frame.render_widget(heading(title, status), head);
    panels(frame, body, status);
    frame.render_widget(Line::from("q or Ctrl-C ends with a summary").dim(), foot);
}

fn heading<'a>(title: &'a str, status: &Status) -> Paragraph<'a> {
    let elapsed = format!("{:.0} s · ", status.elapsed.as_secs_f64());
    let line = Line::from(vec![Span::from(elapsed).bold(), Span::from(title)]);
    Paragraph::new(line).wrap(Wrap { trim: true })
}

fn panels(frame: &mut Frame<'_>, area: Rect, status: &Status) {
    let engine = rows::engine(status);
    let engine_height = height(&engine, area);
    let Some(recent) = &status.recent else {
        let areas = Layout::vertical([Constraint::Max(engine_height), Constraint::Min(BORDERS)]);
        let [top, rest] = areas.areas(area);
        panel(frame, top, "engine", &engine);
        return panel(frame, rest, "not measured", &[]);
    };
    let machine = &recent.machine;
    let below = area.height.saturating_sub(engine_height);
    let governor = governor(rows::governor(&recent.governor), area.width, below);
    let first = &governor[..GOVERNOR_LINES.len().min(governor.len())];
    let minimum = height(first, area).max(area.height / 2).min(below);
    let left = below.saturating_sub(height(machine, area));
    let governor_height = height(&governor, area).min(left.max(minimum));
    let [top, middle, bottom] = Layout::vertical([
        Constraint::Max(engine_height),
        Constraint::Min(0),
        Constraint::Length(governor_height),
    ])
    .areas(area);
    panel(frame, top, "engine", &engine);
    panel(frame, middle, "machine", machine);
    panel(frame, bottom, "governor", &governor);
}

/// The governor's rows; the first ones are shortened if not all fit.
fn governor(mut rows: Vec<Row>, width: u16, most: u16) -> Vec<Row> {
    if height(&rows, Rect::new(0, 0, width, most)) > most {
        let width = usize::from(width.saturating_sub(BORDERS));
        for (row, &most) in rows.iter_mut().zip(&GOVERNOR_LINES) {
            row.1 = cut(row, width, most);
        }
    }
    rows
}

/// Height of a panel that shows all rows.
fn height(rows: &[Row], area: Rect) -> u16 {
    let width = usize::from(area.width.saturating_sub(BORDERS));
    let count = rows
        .iter()
        .map(|row| lines(row, width).len())
        .sum::<usize>();
    u16::try_from(count)
        .unwrap_or(u16::MAX)
        .saturating_add(BORDERS)
}

fn panel(frame: &mut Frame<'_>, area: Rect, title: &str, rows: &[Row]) {
    let [width, height] = [area.width, area.height].map(|side| side.saturating_sub(BORDERS));
    let (shown, missing) = fitting(rows, width.into(), height.into());
    let lines = shown.into_iter().map(|(name, text)| {
        let name = Span::styled(format!("{name:<NAME$}"), Style::new().cyan());
        Line::from(vec![name, Span::from(text)])
    });
    let mut block = Block::bordered().title(title);
    if missing > 0 {
        let rows = if missing == 1 { "row" } else { "rows" };
        block = block.title_bottom(format!("+{missing} {rows}, enlarge"));
    }
    frame.render_widget(Paragraph::new(Text::from_iter(lines)).block(block), area);
}

/// Columns and lines that a border takes.
const BORDERS: u16 = 2;

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    use super::*;
    use crate::measure::{GovernorStatus, KnobPosition, Recent};

    fn drawn(width: u16, height: u16, status: &Status) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
        let done = terminal.draw(|frame| draw(frame, "tiny · serving", status));
        done.expect("it draws");
        terminal.backend().to_string()
    }

    fn governed() -> Status {
        let reason = "max_concurrent 4 → 6: inter-token 5 ms of 20 ms".to_owned();
        let governor = GovernorStatus {
            diagnosis: "cpu_bound; of its threshold: processors 110 %".to_owned(),
            reason,
            ..GovernorStatus::default()
        };
        let recent = Some(Recent {
            governor,
            machine: vec![("storage", "disk I/O takes 1.2 ms".to_owned())],
            ..Recent::default()
        });
        Status {
            recent,
            ..Status::default()
        }
    }

    #[test]
    fn the_machine_the_bottleneck_and_the_reason_are_shown() {
        let screen = drawn(100, 30, &governed());
        for words in [
            "tiny · serving",
            "cpu_bound",
            "max_concurrent 4 → 6",
            "disk I/O takes 1.2 ms",
        ] {
            assert!(screen.contains(words), "{words}: {screen}");
        }
    }

    /// As many rows as a busy machine has.
    fn crowded() -> Status {
        let knob = |name: &str, max| KnobPosition {
            name: name.to_owned(),
            value: 8,
            error: None,
            min: 1,
            max,
        };
        let governor = GovernorStatus {
            knobs: vec![knob("max_concurrent", 64), knob("workers", 16)],
            reason:
                "hold max_concurrent 8: inter-token 5.0 ms of 20.0 ms, 8 run, 3 wait, the last \
                     move is too recent"
                    .to_owned(),
            diagnosis: "cpu_bound since 12 s; of its threshold: processors 110 %, memory 40 %, \
                        I/O 3 %"
                .to_owned(),
            last_move: Some("max_concurrent 4 → 8: inter-token 5 ms of 20 ms".to_owned()),
            ..GovernorStatus::default()
        };
        let machine = (0..7)
            .map(|_| ("storage", "disk I/O takes 1.2 ms".to_owned()))
            .collect();
        Status {
            recent: Some(Recent {
                governor,
                machine,
                ..Recent::default()
            }),
            ..Status::default()
        }
    }

    #[test]
    fn a_screen_of_80_by_24_shows_knobs_bottleneck_decision_and_last_move_and_announces_the_rest() {
        let screen = drawn(80, 24, &crowded());
        for words in [
            "max_concurrent 8 (1 to 64)",
            "workers 8 (1 to 16)",
            "cpu_bound since 12 s",
            "hold max_concurrent 8: inter-token",
            "move is too recent",
            "max_concurrent 4 → 8",
            "tok/s",
            "rows, enlarge",
        ] {
            assert!(screen.contains(words), "{words}: {screen}");
        }
    }

    #[test]
    fn long_reasons_leave_room_for_the_other_first_rows_of_the_governor() {
        let mut status = crowded();
        let governor = &mut status.recent.as_mut().expect("it is measured").governor;
        governor.reason = format!("hold 8: {}", "inter-token 5.0 ms; ".repeat(20));
        governor.diagnosis = format!("gpu_bound: {}", "processors 110 %; ".repeat(20));
        governor.last_move = Some(format!("workers 1 → 2: {}", "it helped; ".repeat(20)));
        status.results = Some(crate::load::LoadTotals::default());
        let screen = drawn(80, 24, &status);
        for words in [
            "knobs          max_concurrent 8",
            "decision       hold 8",
            "last move      workers 1 → 2",
            "bottleneck     gpu_bound",
            "+3 rows, enlarge",
        ] {
            assert!(screen.contains(words), "{words}: {screen}");
        }
        let blank = format!("│{}│", " ".repeat(78));
        assert!(!screen.contains(&blank), "{screen}");
    }

    #[test]
    fn a_large_screen_announces_nothing() {
        let screen = drawn(120, 50, &crowded());
        assert!(!screen.contains("enlarge"), "{screen}");
        assert!(screen.contains("max_concurrent 4 → 8"), "{screen}");
    }

    #[test]
    fn a_build_that_does_not_measure_says_so() {
        assert!(drawn(100, 30, &Status::default()).contains("not measured"));
    }

    #[test]
    fn a_terminal_of_any_size_is_drawn() {
        for (width, height) in [(1, 1), (5, 80), (300, 3)] {
            drawn(width, height, &governed());
        }
    }
}
