//! The reference engine from outside: its program, its socket, its endpoint, its report.

mod client;
mod disconnect;
mod errors;
mod exact;
mod flags;
mod openai;
mod process;
mod python;
mod shed;
