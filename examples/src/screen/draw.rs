//! The picture.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Style, Stylize};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Block, Paragraph, Wrap};

use super::rows::{self, Row};
use crate::app::{Scene, View};

/// Draws everything that there is to see.
pub(super) fn draw(frame: &mut Frame<'_>, scene: &Scene, view: &View) {
    let [head, engine, machine, governor, foot] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Length(8),
        Constraint::Length(4),
        Constraint::Min(6),
        Constraint::Length(1),
    ])
    .areas(frame.area());
    frame.render_widget(heading(scene, view), head);
    panel(frame, engine, "engine", &rows::engine(view));
    match &view.look {
        Some(look) => {
            panel(frame, machine, "machine", &rows::machine(&look.machine));
            panel(frame, governor, "governor", &rows::governor(&look.governed));
        }
        None => panel(frame, governor, "not measured", &[]),
    }
    frame.render_widget(Line::from("q or Ctrl-C ends with a summary").dim(), foot);
}

fn heading<'a>(scene: &'a Scene, view: &View) -> Paragraph<'a> {
    let engine = scene.client.engine();
    let title = format!("{} · {:.0} s · ", engine.name(), view.elapsed.as_secs_f64());
    let line = Line::from(vec![
        Span::from(title).bold(),
        Span::from(scene.places.as_str()),
    ]);
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
