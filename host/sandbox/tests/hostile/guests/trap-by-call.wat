;; Calls through a table what is not there, with a type that it does not have.

(type $t (func))
(table 10 funcref)

(func (export "okta:plugin/tools@0.1.0#call")
  (param $name i32) (param $name_size i32) (param $arguments i32) (param $size i32)
  (param i32 i32 i32 i32 i32 i32) (result i32)
  (call_indirect (type $t) (i32.const 7))
  (call $number (i32.const 0)))
