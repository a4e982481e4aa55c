;; Imports the right interface at a version that does not exist yet.

(component
  (import "okta:plugin/directory@0.2.0" (instance))
  (instance $tools)
  (export "okta:plugin/tools@0.1.0" (instance $tools)))
