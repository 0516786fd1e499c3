//! Sizes of files for people.

/// A size in units of 1024.
pub fn size(size_bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let kib = size_bytes as f64 / 1024.0;
    if size_bytes < 1024 {
        format!("{size_bytes} B")
    } else if kib < 1024.0 {
        format!("{kib:.1} KiB")
    } else if kib < 1024.0 * 1024.0 {
        format!("{:.1} MiB", kib / 1024.0)
    } else {
        format!("{:.1} GiB", kib / 1024.0 / 1024.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        let check = |bytes, expected: &str| assert_eq!(size(bytes), expected);
        check(0, "0 B");
        check(1536, "1.5 KiB");
        check(3 << 20, "3.0 MiB");
        check(5 << 29, "2.5 GiB");
    }
}
