//! Many concurrent clients: they hold their connections, or scrape at the same time.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use super::*;

/// Asserts that a scrape succeeds while clients hold connections as long as the limits allow.
fn check_scrape_beside(clients: usize, hold: impl Fn(&mut TcpStream)) {
    let server = TestServer::start(NO_TIMEOUT);
    let held: Vec<_> = (0..clients)
        .map(|_| {
            let mut stream = server.connect();
            hold(&mut stream);
            stream
        })
        .collect();
    (0..3).for_each(|_| server.check_scrape());
    drop(held);
}

#[test]
fn keep_alive_clients_on_every_connection_do_not_block_a_scrape() {
    check_scrape_beside(NO_TIMEOUT.max_connections, |stream| {
        stream.write_all(KEEP_ALIVE).unwrap();
        read_response(stream);
    });
}

#[test]
fn hundreds_of_silent_connections_do_not_block_a_scrape() {
    check_scrape_beside(400, |_| ());
}

#[test]
fn incomplete_requests_do_not_block_a_scrape() {
    check_scrape_beside(100, |stream| {
        let _may_be_closed = stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: l");
    });
}

#[test]
fn pipelines_with_unread_responses_do_not_block_a_scrape() {
    let limits = Limits {
        max_connections: 3,
        ..NO_TIMEOUT
    };
    let server = TestServer::with_page(limits, page_of(TOO_MUCH / 4));
    let held: Vec<_> = (0..limits.max_connections)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(&METRICS.repeat(20)).unwrap();
            stream.read_exact(&mut [0]).unwrap();
            stream
        })
        .collect();
    server.check_scrape();
    drop(held);
}

#[test]
fn a_request_that_has_arrived_gets_its_response_before_its_connection_is_closed() {
    let limits = Limits {
        max_connections: 1,
        ..NO_TIMEOUT
    };
    let server = TestServer::start(limits);
    let mut clients: Vec<_> = (0..50)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(KEEP_ALIVE).unwrap();
            stream
        })
        .collect();
    for stream in &mut clients {
        read_response(stream);
    }
}

#[test]
fn the_longest_idle_connection_is_closed_first() {
    let limits = Limits {
        max_connections: 2,
        ..NO_TIMEOUT
    };
    let server = TestServer::start(limits);
    let [mut first, mut second] = [server.connect(), server.connect()];
    for is_first in [true, false, true] {
        let stream = if is_first { &mut first } else { &mut second };
        stream.write_all(KEEP_ALIVE).unwrap();
        read_response(stream);
    }
    server.check_scrape();
    assert_eq!(
        read_all(&mut second),
        "",
        "the last request of the second client is the older one"
    );
    first.write_all(KEEP_ALIVE).unwrap();
    read_response(&mut first);
}

#[test]
fn clients_that_send_single_bytes_slowly_are_disconnected() {
    let server = TestServer::start(SHORT);
    let mut slow: Vec<_> = (0..16).map(|_| server.connect()).collect();
    let begin = Instant::now();
    for byte in METRICS.iter().take(20).cycle() {
        slow.retain_mut(|stream| stream.write_all(&[*byte]).is_ok());
        if slow.is_empty() {
            break;
        }
        assert!(
            begin.elapsed() < DEADLINE,
            "{} are still connected",
            slow.len()
        );
        thread::sleep(Duration::from_millis(20));
    }
    server.check_scrape();
}

/// A page whose rendering reports its start and waits until it may end.
fn held_page() -> (Page, Receiver<()>, Sender<()>) {
    let ((begin, began), (release, released)) = (channel(), channel());
    let page = Page::new(vec![Box::new(move |_| {
        let _test_has_ended = (begin.send(()), released.recv());
        Ok(())
    })]);
    (page, began, release)
}

#[test]
fn requests_that_arrive_during_a_rendering_share_the_next() {
    const CLIENTS: usize = 16;
    let (page, began, release) = held_page();
    let server = TestServer::with_page(LIMITS, page);
    let mut clients: Vec<_> = (0..CLIENTS).map(|_| server.connect()).collect();
    for client in &mut clients {
        client.write_all(KEEP_ALIVE).unwrap();
        read_response(client);
    }
    let mut first = server.connect();
    first.write_all(METRICS).unwrap();
    began.recv_timeout(DEADLINE).unwrap();
    for client in &mut clients {
        client
            .write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            .unwrap();
    }
    // Further renderings do not wait.
    release.send(()).unwrap();
    drop(release);
    for client in &mut clients {
        assert!(read_all(client).contains("\nwf_build_info{"));
    }
    assert_eq!(
        began.try_iter().count(),
        1,
        "each rendering after the first"
    );
}

/// With timeouts that no client reaches: a connection is closed only if another one needs its slot.
const NO_TIMEOUT: Limits = Limits {
    header_timeout: DEADLINE.saturating_mul(9),
    write_timeout: DEADLINE.saturating_mul(9),
    max_connections: 16,
    ..LIMITS
};
