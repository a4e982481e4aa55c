;; Imports a function of its own making under the name of an interface of ours.

(component
  (import "okta:plugin/host@0.1.0" (instance (export "shell" (func))))
  (instance $tools)
  (export "okta:plugin/tools@0.1.0" (instance $tools)))
