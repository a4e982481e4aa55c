;; Imports a way to open sockets past the host.

(component
  (import "wasi:sockets/tcp@0.2.0" (instance))
  (instance $tools)
  (export "okta:plugin/tools@0.1.0" (instance $tools)))
