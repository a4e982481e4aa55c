;; What the contract lets a guest import. A guest's own file follows, then the pieces that it does not bring itself.

(import "okta:plugin/directory@0.1.0" "get"
  (func $get (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
(import "okta:plugin/directory@0.1.0" "get-all" (func $get_all (param i32 i32 i32)))
(import "okta:plugin/host@0.1.0" "log" (func $log (param i32 i32 i32)))
(import "okta:plugin/host@0.1.0" "progress" (func $progress (param i32 i32 i32 i32 i32)))
(import "okta:plugin/host@0.1.0" "now" (func $now (result i64)))
