//! The order of the client's functions: those that are alike stand one after the other, so that the
//! phone fetches less. The compressor writes the second as what differs from the first.

use std::collections::HashMap;

use wasm_encoder::{NameMap, NameSection, Section};
use wasmparser::{Parser, Payload, TypeRef};

/// Bytes of code that are compared at once: two instructions or so.
const SHINGLE_BYTES: usize = 5;
/// Shingles are dealt to buckets by their hashes, and of each bucket the least one stands for the
/// function: MinHash with one permutation (Li, Owen, Zhang 2012).
const BUCKET_BITS: u32 = 8;
/// From so many buckets on that hold the same, two functions are alike.
const SHARED_MIN: u32 = 3;

/// The wasm with names by which `wasm-opt --reorder-functions-by-name` puts its functions in order.
pub fn with_names_in_order(wasm: &[u8]) -> Result<Vec<u8>, String> {
    let failed = |error| format!("the client's wasm cannot be read: {error}");
    let (mut imported, mut bodies) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(failed)? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let is_function = matches!(import.map_err(failed)?.ty, TypeRef::Func(_));
                    imported += u32::from(is_function);
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(&wasm[body.range()]),
            _ => {}
        }
    }
    let mut place = vec![0; bodies.len()];
    for (at, function) in in_order(&bodies).into_iter().enumerate() {
        place[function] = at;
    }
    let mut names = NameMap::new();
    for (index, place) in (imported..).zip(place) {
        names.append(index, &format!("{place:08}"));
    }
    let mut section = NameSection::new();
    section.functions(&names);
    let mut named = wasm.to_vec();
    section.append_to(&mut named);
    Ok(named)
}

/// From the first function on, each time the one that is most like the last; where none is, the next
/// one that is left.
fn in_order(bodies: &[&[u8]]) -> Vec<usize> {
    let sketches: Vec<Vec<u64>> = bodies.iter().map(|body| sketch(body)).collect();
    let mut with: HashMap<u64, Vec<usize>> = HashMap::new();
    for (function, sketch) in sketches.iter().enumerate() {
        for shingle in sketch {
            with.entry(*shingle).or_default().push(function);
        }
    }
    let mut order = Vec::with_capacity(bodies.len());
    let mut is_left = vec![true; bodies.len()];
    let mut shared = vec![0_u32; bodies.len()];
    let mut next = (!bodies.is_empty()).then_some(0);
    while let Some(function) = next {
        order.push(function);
        is_left[function] = false;
        let others = || sketches[function].iter().flat_map(|shingle| &with[shingle]);
        others().for_each(|other| shared[*other] += 1);
        let left = others().copied().filter(|other| is_left[*other]);
        let most_alike = left.max_by_key(|other| (shared[*other], usize::MAX - *other));
        next = most_alike
            .filter(|other| shared[*other] >= SHARED_MIN)
            .or_else(|| is_left.iter().position(|is_left| *is_left));
        others().for_each(|other| shared[*other] = 0);
    }
    order
}

/// The least hash of a shingle in each bucket that is not empty.
fn sketch(body: &[u8]) -> Vec<u64> {
    let mut least = [u64::MAX; 1 << BUCKET_BITS];
    for shingle in body.windows(SHINGLE_BYTES) {
        let number = shingle.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        // Fibonacci hashing, which spreads numbers that are close.
        let hash = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let least = &mut least[(hash >> (u64::BITS - BUCKET_BITS)) as usize];
        *least = hash.min(*least);
    }
    least.into_iter().filter(|hash| *hash != u64::MAX).collect()
}
