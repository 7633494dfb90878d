import LetterModel

/// Names for files that are written from letters: hostile input that must stay in the folder that was named.
enum SafeFileName {
    /// The last component of a name, without what any disk refuses; another name if nothing is left.
    static func make(from name: String?, or other: String) -> String {
        let last = (name ?? "").split(separator: "/").last.map(String.init) ?? ""
        var safe = ""
        for scalar in last.unicodeScalars {
            let isRefused = scalar.value < 0x20 || scalar.value == 0x7F || "\\:*?\"<>|".unicodeScalars.contains(scalar)
            safe.unicodeScalars.append(isRefused ? "_" : scalar)
        }
        // Names are at most 255 bytes; a dot at the front hides a file, or leads out of the folder.
        while safe.utf8.count > 200 { safe.unicodeScalars.removeLast() }
        let isHidden = safe.utf8.first == UInt8(ascii: ".")
        return safe.isEmpty ? other : isHidden ? "_" + safe : safe
    }

    /// The name with a number before its ending, for the second file of that name.
    static func numbered(_ name: String, _ number: Int) -> String {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "\(name)-\(number)" }
        return "\(name[..<dot])-\(number)\(name[dot...])"
    }
}
