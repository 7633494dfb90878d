private import CPopt
private import Glibc

/// The bytes of a process's arguments, without the program's name.
///
/// `CommandLine.arguments` repairs what is not UTF-8 and so names other files than the user did; the parser takes
/// bytes and refuses them. Call it with `CommandLine.argc` and `CommandLine.unsafeArgv`.
///
/// Swift looks for them below the environment on the stack, and finds none where a preloaded library (libfaketime, some
/// profilers) has moved the environment: then they come from the kernel.
/// Source: https://man7.org/linux/man-pages/man5/proc.5.html
public func argumentBytes(
    count: Int32, values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> [[UInt8]] {
    guard count > 0 else { return argumentBytes(ofProcess: kernelArguments()) }
    var arguments: [[UInt8]] = []
    for index in stride(from: 1, to: Int(count), by: 1) {
        guard let start = unsafe values[index] else { break }
        var bytes: [UInt8] = []
        var next = unsafe start
        while unsafe next.pointee != 0 {
            bytes.append(unsafe UInt8(bitPattern: next.pointee))
            unsafe next += 1
        }
        arguments.append(bytes)
    }
    return arguments
}

/// The arguments in what the kernel gives of a process: each with a zero behind it, the program's name first.
func argumentBytes(ofProcess bytes: [UInt8]) -> [[UInt8]] {
    bytes.split(separator: 0, omittingEmptySubsequences: false).dropFirst().dropLast().map { Array($0) }
}

/// Nothing if the kernel does not say.
private func kernelArguments() -> [UInt8] {
    let descriptor = unsafe open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    while true {
        let count = unsafe read(descriptor, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return bytes }
        bytes += buffer[..<count]
    }
}

/// All variables of the environment by name. What is not UTF-8 is left out: no variable that a program heeds is anything else.
///
/// Source: https://man7.org/linux/man-pages/man7/environ.7.html
public func environmentVariables() -> [String: String] {
    guard var next = unsafe chancery_environment() else { return [:] }
    var variables: [String: String] = [:]
    while let entry = unsafe next.pointee {
        let bytes = unsafe UnsafeRawBufferPointer(start: entry, count: strlen(entry))
        if let equals = unsafe bytes.firstIndex(of: UInt8(ascii: "=")),
            let name = unsafe String(validating: bytes[..<equals], as: UTF8.self),
            let value = unsafe String(validating: bytes[(equals + 1)...], as: UTF8.self)
        {
            variables[name] = value
        }
        unsafe next += 1
    }
    return variables
}
