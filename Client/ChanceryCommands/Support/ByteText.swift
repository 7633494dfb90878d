/// Numbers of bytes as people read them.
enum ByteText {
    /// `950 bytes`, `12 kB`, `3.4 MB`, `120 GB`: powers of a thousand, one decimal below ten.
    static func of(_ count: Int) -> String {
        guard count >= 1000 else { return count == 1 ? "1 byte" : "\(max(0, count)) bytes" }
        var value = count
        for unit in ["kB", "MB", "GB", "TB"] {
            if value < 9_950 { return "\((value + 50) / 1000).\((value + 50) / 100 % 10) \(unit)" }
            if value < 999_500 || unit == "TB" { return "\((value + 500) / 1000) \(unit)" }
            value /= 1000
        }
        return "\(count) bytes"
    }
}
