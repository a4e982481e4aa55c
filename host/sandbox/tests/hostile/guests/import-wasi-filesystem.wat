;; Imports a way to the files of this machine.

(component
  (import "wasi:filesystem/types@0.2.0" (instance))
  (instance $tools)
  (export "okta:plugin/tools@0.1.0" (instance $tools)))
