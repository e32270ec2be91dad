//! Calls annotated code in a build that does not measure.

fn main() {
    println!("{} {}", env!("DOUBLED"), env!("CALLS"));
    println!("{:?} {}", annotated::double(2), annotated::generate(3));
}
