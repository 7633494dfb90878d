/// A request method that this server knows; every other one is refused with 405.
///
/// Methods are case-sensitive: `get` is no method at all.
/// Source: https://www.rfc-editor.org/rfc/rfc9110#section-9.1
public enum RequestMethod: String, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"

    /// Whether a request of this method may carry a body; GET and HEAD with one are a known way to smuggle requests.
    public var allowsBody: Bool { self != .get && self != .head }

    /// The value of an `Allow` header that names the given methods, in the order of the cases above.
    static func allowList(_ methods: some Collection<RequestMethod>) -> String {
        allCases.filter { methods.contains($0) }.map(\.rawValue).joined(separator: ", ")
    }
}
