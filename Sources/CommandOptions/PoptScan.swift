import CPopt
import Glibc

/// What popt found in some arguments: options in their order, the words that are no options, the first fault.
///
/// This file is the only one that calls popt. A context is made for each scan, on a table made for each scan, and
/// nothing of popt leaves the function: no aliases or configuration files are read.
/// popt itself looks at `POSIXLY_CORRECT` (and `POSIX_ME_HARDER`): if set, options cannot follow arguments.
///
/// Source: <https://manpages.debian.org/bookworm/libpopt-dev/popt.3.en.html>
struct PoptScan {
    /// An option that was given; the value is nil for a flag.
    struct Occurrence: Equatable {
        /// The position in the options that the scan was made with.
        var option: Int
        var value: String?
    }

    /// What popt refused.
    enum Fault: Equatable {
        case unknownOption
        case missingValue
        case unwantedValue
    }

    /// All options that could be read, also those behind a fault.
    private(set) var occurrences: [Occurrence] = []

    /// The words that are no options; `--` is left out.
    private(set) var arguments: [String] = []

    /// The first fault, and the word in which it is.
    private(set) var fault: (kind: Fault, word: String)?

    /// Scans words, which hold no NUL.
    ///
    /// - Parameters:
    ///   - words: The command line without the program's name.
    ///   - options: Which options there are.
    ///   - stopsAtArgument: Whether all is an argument from the first word on that is no option.
    init(_ words: [String], options: [OptionDescription], stopsAtArgument: Bool) {
        let table = unsafe Self.makeTable(options)
        let (count, vector) = unsafe Self.makeVector(words)
        let flags = stopsAtArgument ? UInt32(POPT_CONTEXT_POSIXMEHARDER) : 0
        let context = unsafe poptGetContext(nil, count, vector, table, flags)
        defer {
            unsafe poptFreeContext(context)
            unsafe Self.free(table, count: options.count)
            unsafe Self.free(vector, count: Int(count))
        }
        precondition(unsafe context != nil, "popt had no memory for a context")

        // Every call consumes at least a byte of a word, so the bound is never met; it is there for popt's sake.
        let mostCalls = words.reduce(words.count + 1) { $0 + $1.utf8.count }
        for _ in 0..<mostCalls {
            let result = unsafe poptGetNextOpt(context)
            if result == -1 { break }
            if result > 0 {
                let option = Int(result) - 1
                let text = unsafe poptGetOptArg(context)
                defer { unsafe Glibc.free(text) }
                let value = options[option].value == nil ? nil : unsafe Self.decode(text)
                occurrences.append(Occurrence(option: option, value: value))
            } else if fault == nil {
                let word = unsafe Self.decode(poptBadOption(context, 0))
                switch result {
                case POPT_ERROR_NOARG: fault = (.missingValue, word)
                case POPT_ERROR_UNWANTEDARG: fault = (.unwantedValue, word)
                default: fault = (.unknownOption, word)
                }
            }
        }
        if var next = unsafe poptGetArgs(context) {
            while let word = unsafe next.pointee {
                arguments.append(unsafe Self.decode(word))
                unsafe next += 1
            }
        }
    }

    /// popt's table: option `i` returns `i + 1`, as 0 would mean not to return at all. Ends with an entry of zeros.
    private static func makeTable(_ options: [OptionDescription]) -> UnsafeMutablePointer<CPoptEntry> {
        let table = UnsafeMutablePointer<CPoptEntry>.allocate(capacity: options.count + 1)
        unsafe table.initialize(repeating: CPoptEntry(), count: options.count + 1)
        for (index, option) in options.enumerated() {
            unsafe table[index].longName = UnsafePointer(strdup(option.name))
            unsafe table[index].shortName = CChar(bitPattern: option.short?.asciiValue ?? 0)
            unsafe table[index].argInfo = option.value == nil ? POPT_ARG_NONE : POPT_ARG_STRING
            unsafe table[index].val = Int32(index + 1)
        }
        return unsafe table
    }

    private static func free(_ table: UnsafeMutablePointer<CPoptEntry>, count: Int) {
        for index in 0..<count { unsafe Glibc.free(UnsafeMutableRawPointer(mutating: table[index].longName)) }
        unsafe table.deinitialize(count: count + 1)
        unsafe table.deallocate()
    }

    /// The words as C has them: a first one that popt skips, and a NULL at the end.
    private static func makeVector(_ words: [String]) -> (Int32, UnsafeMutablePointer<UnsafePointer<CChar>?>) {
        let vector = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: words.count + 2)
        unsafe vector.initialize(repeating: nil, count: words.count + 2)
        unsafe vector[0] = UnsafePointer(strdup(""))
        for (index, word) in words.enumerated() {
            unsafe vector[index + 1] = UnsafePointer(strdup(encode(word)))
        }
        return unsafe (Int32(words.count + 1), vector)
    }

    private static func free(_ vector: UnsafeMutablePointer<UnsafePointer<CChar>?>, count: Int) {
        for index in 0..<count { unsafe Glibc.free(UnsafeMutableRawPointer(mutating: vector[index])) }
        unsafe vector.deinitialize(count: count + 1)
        unsafe vector.deallocate()
    }

    /// A word in which popt finds nothing to expand.
    ///
    /// popt replaces `!#:+` inside a value by the next word, for the sake of its aliases, and there is no way to turn
    /// that off. A byte of 1 behind every `!` hides it; `decode` takes that out again.
    private static func encode(_ word: String) -> String {
        var encoded = String.UnicodeScalarView()
        for scalar in word.unicodeScalars {
            encoded.append(scalar)
            if scalar == "!" { encoded.append("\u{1}") }
        }
        return String(encoded)
    }

    private static func decode(_ text: UnsafePointer<CChar>?) -> String {
        guard let text = unsafe text else { return "" }
        var decoded = String.UnicodeScalarView()
        var isBehindMark = false
        for scalar in unsafe String(cString: text).unicodeScalars {
            if !isBehindMark { decoded.append(scalar) }
            isBehindMark = !isBehindMark && scalar == "!"
        }
        return String(decoded)
    }
}
