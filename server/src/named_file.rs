//! Files that are named on the command line.

use std::{
    fs::File,
    io::{Error, Read},
    path::Path,
};

use crate::commands::Failure;

/// Reads a whole file that may not be longer than so many bytes; a pipe is none the longer for not
/// saying how long it is.
pub(crate) fn read_bounded(file: &Path, bytes_max: usize) -> Result<Vec<u8>, Failure> {
    let named = |error: Error| format!("{} cannot be read: {error}", file.display());
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(named)?;
    opened.take(bytes_max as u64 + 1).read_to_end(&mut bytes).map_err(named)?;
    if bytes.len() > bytes_max {
        let most = bytes_max / 1_048_576;
        return Err(format!(
            "{} is over {most} MB. Check that it is the file you meant; a list can come in parts.",
            file.display()
        )
        .into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::Scratch;

    #[test]
    fn a_file_is_read_up_to_its_limit_and_what_is_longer_is_refused() {
        let scratch = Scratch::new();
        std::fs::create_dir_all(scratch.path()).unwrap();
        let file = scratch.path().join("list.csv");
        std::fs::write(&file, [b'x'; 9]).unwrap();
        assert_eq!(read_bounded(&file, 9).unwrap().len(), 9);
        let refused = read_bounded(&file, 8).unwrap_err().to_string();
        assert!(refused.contains("list.csv is over"), "{refused}");
        // It never ends, and says that it is empty.
        assert!(read_bounded(Path::new("/dev/zero"), 8).is_err());
        let missing = read_bounded(&scratch.path().join("none"), 8).unwrap_err().to_string();
        assert!(missing.contains("cannot be read"), "{missing}");
    }
}
