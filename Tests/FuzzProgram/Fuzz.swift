import Fuzzing
import Glibc

/// One program for all parsers: `CHANCERY_FUZZ_TARGET` says which, the rest is libFuzzer's. Without it, it prints the names of all; with
/// `CHANCERY_FUZZ_SEEDS=FOLDER` it writes the first inputs that only the programs themselves can make.
///
/// SwiftPM makes this the entry of the program `fuzz`. libFuzzer brings a main function of its own, so this target has no `@main`.
@_cdecl("fuzz_main")
public func fuzzMain(_ argumentCount: CInt, _ arguments: Arguments) -> CInt {
    if let folder = getenv("CHANCERY_FUZZ_SEEDS") {
        do {
            try FuzzSeeds.write(below: String(cString: folder))
            return 0
        } catch {
            print("no seeds: \(error)")
            return 70
        }
    }
    guard getenv("CHANCERY_FUZZ_TARGET") != nil else {
        print(FuzzTarget.allCases.map(\.rawValue).joined(separator: "\n"))
        return 0
    }
    var count = argumentCount
    var pointer = arguments
    return runDriver(&count, &pointer, fuzzOneInput)
}

/// `argv`.
public typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?

/// Source: https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<Arguments>,
    _ run: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// What libFuzzer's own main function would call; it is linked, though never run.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    chosen.run(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// The parser of this run.
private let chosen: FuzzTarget = {
    let name = getenv("CHANCERY_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        print("CHANCERY_FUZZ_TARGET is one of: \(FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))")
        exit(64)
    }
    return target
}()
