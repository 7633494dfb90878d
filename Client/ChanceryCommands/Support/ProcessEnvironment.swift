/// The environment that this process was started with.
public enum ProcessEnvironment {
    /// All variables by name. What is not UTF-8 is left out: no variable that the program heeds is anything else.
    ///
    /// Read from the kernel: the C library's `environ` is a mutable global that Swift 6 refuses.
    /// Source: https://man7.org/linux/man-pages/man5/proc.5.html
    public static func variables() -> [String: String] {
        guard
            case .success(let bytes) = Result(catching: {
                try FileSystem.read("/proc/self/environ", limitBytes: 1 << 22)
            })
        else { return [:] }
        var variables: [String: String] = [:]
        for entry in bytes.split(separator: 0) {
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")),
                let name = String(validating: entry[..<equals], as: UTF8.self),
                let value = String(validating: entry[(equals + 1)...], as: UTF8.self)
            else { continue }
            variables[name] = value
        }
        return variables
    }
}
