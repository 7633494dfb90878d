import Hashing
import SQLiteBinding

/// The digest of a row's values, for rows that no hash names: `verify` finds a flipped bit in them by it.
enum RowDigest {
    /// SHA-256 over each value's type, length and bytes.
    static func value(of values: [SQLiteValue]) -> SQLiteValue {
        var bytes: [UInt8] = []
        func append(_ type: Character, _ payload: some Collection<UInt8>) {
            bytes.append(contentsOf: "\(type)\(payload.count):".utf8)
            bytes.append(contentsOf: payload)
        }
        for value in values {
            switch value {
            case .null: append("n", [])
            case .integer(let number): append("i", String(number).utf8)
            case .text(let text): append("t", text.utf8)
            case .bytes(let blob): append("b", blob)
            }
        }
        return .bytes(SHA256.digest(of: bytes).bytes)
    }
}
