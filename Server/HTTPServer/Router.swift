/// Finds the route of a request; answers 404 and 405 itself.
///
/// Literal segments win over parameters, from left to right. Routes are few: a look at each is quick enough.
public struct Router: Handler {
    /// Every route, in the order given: a test can demand that its table has a row for each.
    public let routes: [Route]

    /// A router; `precondition`: no two routes have one method and one shape.
    public init(_ routes: [Route]) {
        let shapes = routes.map { "\($0.method.rawValue) \($0.shape)" }
        precondition(Set(shapes).count == shapes.count, "two routes are the same")
        self.routes = routes
    }

    /// Hands the request to its route with the pattern's parameters filled in, or answers 404 or 405.
    public func accept(_ head: RequestHead) -> Acceptance {
        let matches = routes.compactMap { route in route.match(head.path).map { (route: route, parameters: $0) } }
        guard let most = matches.map({ rank($0.route) }).max(by: { $0.lexicographicallyPrecedes($1) }) else {
            let problem = ProblemDetails(status: 404, code: "not-found", title: "There is nothing here")
            return .respond(problem.response())
        }
        // Routes of one shape, and only those, answer for a path: methods are not looked for under another pattern.
        let candidates = matches.filter { rank($0.route) == most }
        guard let match = candidates.first(where: { takes($0.route, head.method) }) else {
            return .respond(Router.methodNotAllowed(candidates.map(\.route.method)).response())
        }
        var head = head
        head.parameters = match.parameters
        return match.route.accept(head)
    }

    private func takes(_ route: Route, _ method: RequestMethod) -> Bool {
        route.method == method || (route.method == .get && method == .head)
    }

    /// 1 for a literal and 0 for a parameter, by segment: comparing ranks finds the most literal route.
    private func rank(_ route: Route) -> [Int] {
        route.segments.map { if case .literal = $0 { 1 } else { 0 } }
    }

    /// The 405 that names the methods of a path; HEAD comes with GET.
    static func methodNotAllowed(_ methods: [RequestMethod]) -> ProblemDetails {
        let allowed = methods.contains(.get) ? methods + [.head] : methods
        return ProblemDetails(
            status: 405, code: "method-not-allowed", title: "The method is not allowed here",
            headers: ["Allow": RequestMethod.allowList(allowed)])
    }
}
