//! What libraries bring into the wasm and the app never runs: left out before `wasm-opt`, which then
//! drops whatever only that made use of.

use walrus::{FunctionBuilder, FunctionId, FunctionKind, InstrSeqBuilder, Module};

/// What a mistake of the program runs into: functions of the standard library, by how their names begin.
const PANICS: [&str; 12] = [
    "__rustc::rust_begin_unwind",
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::capacity_overflow",
    "alloc::raw_vec::handle_error",
    "core::cell::panic_already",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::panicking::",
    "core::result::unwrap_failed",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "core::slice::index::slice_index_fail",
    "core::str::slice_error_fail",
];

/// How the names of functions end that write what `{:?}` would: nothing, since the flags of the compiler
/// leave it out, but the standard library was compiled before.
const DEBUG: &str = " as core::fmt::Debug>::fmt";

/// What works out the checksum of a gzip file. The app inflates what has none, and the checksums by
/// their tables are one library's whole answer to both.
const CHECKSUM: &str = "zlib_rs::crc32::braid::";

/// Entries of a checksum's table: one for each byte.
const TABLE_ENTRIES: usize = 256;

/// Makes a mistake of the program stop it at once, and not after it wrote a message that has neither
/// place nor value in it: the messages go, and what makes them.
pub fn messages(wasm: &mut Module) {
    let is_panic = |name: &str| PANICS.iter().any(|panic| name.starts_with(panic));
    replace(
        wasm,
        |name| name.ends_with(DEBUG),
        |body| {
            // `Ok(())`.
            body.i32_const(0);
        },
    );
    replace(wasm, is_panic, |body| {
        body.unreachable();
    });
}

/// Leaves out the checksums of gzip: nine kilobytes of random numbers, which nothing compresses.
pub fn checksums(wasm: &mut Module) {
    let found = replace(
        wasm,
        |name| name.starts_with(CHECKSUM),
        |body| {
            body.unreachable();
        },
    );
    if found == 0 {
        return;
    }
    let data: Vec<_> = wasm.data.iter().map(|data| data.id()).collect();
    data.into_iter().for_each(|id| blank_tables(&mut wasm.data.get_mut(id).value));
}

/// The streams of leptos's server functions, which the app has none of: JavaScript would have to make
/// one first, and what is exported is never left out as unused.
pub fn exports(wasm: &mut Module) {
    let is_unused =
        |export: &str| export.trim_start_matches("__wbg_").starts_with("intounderlying");
    let unused = wasm.exports.iter().filter(|export| is_unused(&export.name));
    let unused: Vec<_> = unused.map(|export| export.id()).collect();
    unused.into_iter().for_each(|id| wasm.exports.delete(id));
}

/// Gives functions another body, by their names. Returns how many there were.
fn replace(
    wasm: &mut Module,
    is_meant: impl Fn(&str) -> bool,
    body: impl Fn(&mut InstrSeqBuilder<'_>),
) -> usize {
    let found = wasm.funcs.iter_local().filter_map(|(id, local)| {
        let name = without_hashes(wasm.funcs.get(id).name.as_deref()?);
        is_meant(&name).then(|| (id, local.ty()))
    });
    let found: Vec<(FunctionId, _)> = found.collect();
    for (id, ty) in &found {
        let (parameters, results) = wasm.types.params_results(*ty);
        let (parameters, results) = (parameters.to_vec(), results.to_vec());
        let mut function = FunctionBuilder::new(&mut wasm.types, &parameters, &results);
        body(&mut function.func_body());
        let arguments = parameters.iter().map(|kind| wasm.locals.add(*kind)).collect();
        wasm.funcs.get_mut(*id).kind = FunctionKind::Local(function.local_func(arguments));
    }
    found.len()
}

/// `core[c5930c85a12de822]::cell` as `core::cell`.
fn without_hashes(name: &str) -> String {
    let mut parts = name.split('[');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| name + part.split_once(']').map_or("", |(_, rest)| rest))
}

/// Puts zeros where a checksum's table lies, which is told by what no other data has: the entry of two
/// bytes together is those of both together.
fn blank_tables(data: &mut [u8]) {
    let bytes = TABLE_ENTRIES * size_of::<u32>();
    let mut at = 0;
    while at + bytes <= data.len() {
        if is_table(&data[at..at + bytes]) {
            data[at..at + bytes].fill(0);
            at += bytes;
        } else {
            at += size_of::<u32>();
        }
    }
}

fn is_table(bytes: &[u8]) -> bool {
    let entry = |at: usize| {
        let bytes = &bytes[at * size_of::<u32>()..][..size_of::<u32>()];
        u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    };
    // Of those for one bit each none is nothing, and every other entry follows from them.
    entry(0) == 0
        && (0..8).all(|bit| entry(1 << bit) != 0)
        && (1..TABLE_ENTRIES)
            .all(|at| entry(at) == entry(at & (at - 1)) ^ entry(1 << at.trailing_zeros()))
}
