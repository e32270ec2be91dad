//! Many peers that ask for the page at once.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::*;

/// A page whose rendering reports its begin and waits for leave to end.
fn held_page() -> (Page, Receiver<()>, Sender<()>) {
    let ((begin, began), (leave, left)) = (channel(), channel());
    let page = Page::new(vec![Box::new(move |_| {
        let _test_has_ended = (begin.send(()), left.recv());
        Ok(())
    })]);
    (page, began, leave)
}

#[test]
fn requests_that_arrive_during_a_rendering_share_the_next() {
    const PEERS: usize = 16;
    let (page, began, leave) = held_page();
    let server = Server::with_page(LIMITS, page);
    let mut peers: Vec<_> = (0..PEERS).map(|_| server.connect()).collect();
    for peer in &mut peers {
        peer.write_all(KEEP_ALIVE).unwrap();
        read_answer(peer);
    }
    let mut first = server.connect();
    first.write_all(METRICS).unwrap();
    began.recv_timeout(DEADLINE).unwrap();
    for peer in &mut peers {
        peer.write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            .unwrap();
    }
    // Any further rendering needs no leave.
    leave.send(()).unwrap();
    drop(leave);
    for peer in &mut peers {
        assert!(read_all(peer).contains("\nwf_build_info{"));
    }
    assert_eq!(
        began.try_iter().count(),
        1,
        "each rendering after the first"
    );
}
