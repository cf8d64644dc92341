//! The program `fingerpost`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// A push is parsed on one thread and freed on the one that writes.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    server::run()
}
