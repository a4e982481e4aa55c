;; Imports a way to send HTTP requests past the host.

(component
  (import "wasi:http/outgoing-handler@0.2.0" (instance))
  (instance $tools)
  (export "okta:plugin/tools@0.1.0" (instance $tools)))
