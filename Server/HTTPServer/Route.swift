/// One row of the router's table: a method, a pattern of segments, and who takes the request.
///
/// ```swift
/// Route(.post, "/v1/archives/:archive/sync") { head in
///     .receive(SyncReceiver(archive: head.parameters["archive"]))
/// }
/// ```
public struct Route: Sendable {
    /// A part of a pattern between two slashes.
    enum Segment: Sendable, Equatable {
        /// Matches these bytes.
        case literal(String)
        /// Matches any segment that is not empty and names it.
        case parameter(String)
    }

    /// The method; a route for GET takes HEAD too.
    public let method: RequestMethod
    /// The pattern as written.
    public let pattern: String
    let segments: [Segment]
    let accept: @Sendable (RequestHead) -> Acceptance

    /// A route; `precondition`: the pattern begins with `/`, has no empty segment and no parameter twice.
    public init(_ method: RequestMethod, _ pattern: String, accept: @escaping @Sendable (RequestHead) -> Acceptance) {
        self.method = method
        self.pattern = pattern
        self.accept = accept
        segments = Route.segments(of: pattern)
        let names = segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
        precondition(Set(names).count == names.count, "a route names each parameter once: \(pattern)")
    }

    private static func segments(of pattern: String) -> [Segment] {
        precondition(pattern.utf8.first == UInt8(ascii: "/"), "a route begins with a slash: \(pattern)")
        if pattern.utf8.count == 1 { return [] }
        return pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
            precondition(!part.isEmpty && part != ":", "a route has no empty segment: \(pattern)")
            return part.utf8.first == UInt8(ascii: ":") ? .parameter(String(part.dropFirst())) : .literal(String(part))
        }
    }

    /// The parameters of a path that fits, or nil.
    func match(_ path: [String]) -> [String: String]? {
        guard path.count == segments.count else { return nil }
        var parameters: [String: String] = [:]
        for (segment, part) in zip(segments, path) {
            switch segment {
            case .literal(let text):
                guard text.utf8.elementsEqual(part.utf8) else { return nil }
            case .parameter(let name):
                guard !part.isEmpty else { return nil }
                parameters[name] = part
            }
        }
        return parameters
    }

    /// The pattern with every parameter's name taken out: two routes of one shape could never be told apart.
    var shape: String {
        segments.map { if case .literal(let text) = $0 { "/" + text } else { "/:" } }.joined()
    }
}
