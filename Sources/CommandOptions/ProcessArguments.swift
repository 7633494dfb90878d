/// The bytes of a process's arguments, without the program's name.
///
/// `CommandLine.arguments` repairs what is not UTF-8 and so names other files than the user did; the parser takes
/// bytes and refuses them. Call it with `CommandLine.argc` and `CommandLine.unsafeArgv`.
public func argumentBytes(
    count: Int32, values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> [[UInt8]] {
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
