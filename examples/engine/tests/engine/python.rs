use std::env;
use std::io::Write;
use std::process::Command;

use crate::process::Process;

/// Needs `WF_PYTHON`: an interpreter with the packages of `tests/requirements.txt`.
#[test]
fn openai_s_own_client_lists_asks_streams_and_understands_a_refusal() {
    let Some(python) = env::var_os("WF_PYTHON") else {
        let note = "SKIPPED: WF_PYTHON does not name a Python with the packages of examples/engine/tests/requirements.txt";
        // Past the harness, which would keep it for itself.
        writeln!(std::io::stderr(), "{note}").expect("stderr takes a line");
        return;
    };
    let engine = Process::start(&["--no-load"]);
    let asked = Command::new(python)
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/openai_client.py"
        ))
        .arg(format!("http://{}/v1", engine.serve))
        .output()
        .expect("Python runs");
    assert!(
        asked.status.success(),
        "{}",
        String::from_utf8_lossy(&asked.stderr)
    );
    assert_eq!(
        String::from_utf8_lossy(&asked.stdout).trim(),
        "all understood"
    );
}
