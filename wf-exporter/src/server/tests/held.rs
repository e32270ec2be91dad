//! Peers that hold their connections as long as they may.

use std::time::Instant;

use super::*;

/// An honest scrape is answered while all of `peers` hold their connections as long as they may.
fn check_held(peers: usize, hold: impl Fn(&mut TcpStream)) {
    let server = Server::start(PATIENT);
    let held: Vec<_> = (0..peers)
        .map(|_| {
            let mut stream = server.connect();
            hold(&mut stream);
            stream
        })
        .collect();
    (0..3).for_each(|_| server.check_honest_scrape());
    drop(held);
}

#[test]
fn keep_alive_peers_on_every_seat_do_not_keep_a_scraper_out() {
    check_held(PATIENT.max_connections, |stream| {
        stream.write_all(KEEP_ALIVE).unwrap();
        read_answer(stream);
    });
}

#[test]
fn hundreds_of_silent_connections_do_not_keep_a_scraper_out() {
    check_held(400, |_| ());
}

#[test]
fn half_requests_do_not_keep_a_scraper_out() {
    check_held(100, |stream| {
        let _may_have_been_asked_to_leave = stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: l");
    });
}

#[test]
fn pipelines_that_nobody_reads_do_not_keep_a_scraper_out() {
    let limits = Limits {
        max_connections: 3,
        ..PATIENT
    };
    let server = Server::with_page(limits, page_of(TOO_MUCH / 4));
    let held: Vec<_> = (0..limits.max_connections)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(&METRICS.repeat(20)).unwrap();
            stream.read_exact(&mut [0]).unwrap();
            stream
        })
        .collect();
    server.check_honest_scrape();
    drop(held);
}

#[test]
fn a_request_that_has_arrived_is_answered_before_its_seat_is_given_away() {
    let limits = Limits {
        max_connections: 1,
        ..PATIENT
    };
    let server = Server::start(limits);
    let mut asked: Vec<_> = (0..50)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(KEEP_ALIVE).unwrap();
            stream
        })
        .collect();
    for stream in &mut asked {
        read_answer(stream);
    }
}

#[test]
fn the_peer_that_has_been_idle_longest_leaves_first() {
    let limits = Limits {
        max_connections: 2,
        ..PATIENT
    };
    let server = Server::start(limits);
    let [mut first, mut second] = [server.connect(), server.connect()];
    for is_first in [true, false, true] {
        let stream = if is_first { &mut first } else { &mut second };
        stream.write_all(KEEP_ALIVE).unwrap();
        read_answer(stream);
    }
    server.check_honest_scrape();
    assert_eq!(
        read_all(&mut second),
        "",
        "it had asked before the first did"
    );
    first.write_all(KEEP_ALIVE).unwrap();
    read_answer(&mut first);
}

#[test]
fn peers_that_send_a_byte_now_and_then_are_hung_up_on() {
    let server = Server::start(SHORT);
    let mut slow: Vec<_> = (0..16).map(|_| server.connect()).collect();
    let begin = Instant::now();
    for byte in METRICS.iter().take(20).cycle() {
        slow.retain_mut(|stream| stream.write_all(&[*byte]).is_ok());
        if slow.is_empty() {
            break;
        }
        assert!(
            begin.elapsed() < DEADLINE,
            "{} still have their seats",
            slow.len()
        );
        thread::sleep(Duration::from_millis(20));
    }
    server.check_honest_scrape();
}

/// No peer is late, so a connection is closed only where another one needs its slot.
const PATIENT: Limits = Limits {
    header_timeout: DEADLINE.saturating_mul(9),
    write_timeout: DEADLINE.saturating_mul(9),
    max_connections: 16,
    ..LIMITS
};
