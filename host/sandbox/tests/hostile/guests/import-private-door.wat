;; Imports an interface that another host might have.

(component
  (import "evil:private/door@1.0.0" (instance))
  (instance $tools)
  (export "okta:plugin/tools@0.1.0" (instance $tools)))
